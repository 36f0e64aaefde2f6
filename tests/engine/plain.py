"""The oracle: the same transformer with no short cuts, one member, every position, as a textbook writes it.

Nothing here is shared with the package, on purpose: an error would have to be made twice to go unnoticed.

b sample, q and t position, d width, h head, k head width, m hidden, v answer
"""

import math

import torch
from torch.nn import functional as F


def logits(weights: dict[str, torch.Tensor], model, pairs: torch.Tensor) -> torch.Tensor:
    """Logits at every position [b, 3, v] from tensors by recorded name, for the options in `model`."""
    p = weights["W_U"].shape[1]
    tokens = torch.cat([pairs, torch.full_like(pairs[:, :1], p)], dim=1)  # [b, t]
    x = F.one_hot(tokens, p + 1).to(weights["W_E"].dtype) @ weights["W_E"]  # [b, t, d]
    if model.positions == "learned":
        x = x + weights["W_pos"]
    for layer in range(model.layers):
        prefix = f"blocks.{layer}." if model.layers > 1 else ""
        x = _block({k.removeprefix(prefix): w for k, w in weights.items() if k.startswith(prefix)}, model, x)
    if model.norm != "none":
        x = _norm(weights, "ln_final", x)
    return x @ weights["W_U"] + weights.get("b_U", 0)


def _block(w: dict[str, torch.Tensor], model, x: torch.Tensor) -> torch.Tensor:
    pre, post = model.norm == "pre", model.norm == "post"
    source = _norm(w, "ln1", x) if pre else x
    q, k, v = (
        torch.einsum("btd,hdk->bhtk", source, w[f"W_{n}"]) + (w[f"b_{n}"][None, :, None, :] if model.bias else 0)
        for n in "QKV"
    )
    scores = torch.einsum("bhqk,bhtk->bhqt", q, k) / math.sqrt(model.d_head)
    if model.causal:
        scores = scores + torch.full_like(scores[0, 0], -math.inf).triu(1)
    heads = torch.einsum("bhqt,bhtk->bqhk", torch.softmax(scores, dim=-1), v)
    x = x + torch.einsum("bqhk,hkd->bqd", heads, w["W_O"]) + w.get("b_O", 0)
    x = _norm(w, "ln1", x) if post else x
    source = _norm(w, "ln2", x) if pre else x
    hidden = source @ w["W_in"] + w.get("b_in", 0)
    hidden = torch.relu(hidden) if model.activation == "relu" else F.gelu(hidden)
    x = x + hidden @ w["W_out"] + w.get("b_out", 0)
    return _norm(w, "ln2", x) if post else x


def _norm(w: dict[str, torch.Tensor], name: str, x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return scaled * w[f"{name}.weight"] + w.get(f"{name}.bias", 0)


def loss(
    weights: dict[str, torch.Tensor], model, pairs: torch.Tensor, answers: torch.Tensor, dtype: torch.dtype
) -> torch.Tensor:
    """Mean cross-entropy at the last position, softmax in `dtype`."""
    return F.cross_entropy(logits(weights, model, pairs)[:, -1].to(dtype), answers)
