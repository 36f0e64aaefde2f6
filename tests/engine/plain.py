"""The oracle: the same transformer with no short cuts, one member, every position, as a textbook writes it.

Nothing here is shared with the package, on purpose: an error would have to be made twice to go unnoticed.

b sample, q and t position, d width, h head, k head width, m hidden, v answer
"""

import math

import torch
from torch.nn import functional as F


def logits(weights: dict[str, torch.Tensor], model, inputs: torch.Tensor, sequence=None, drop=None) -> torch.Tensor:
    """Logits at every position [b, t, v] from tensors by recorded name, for the options in `model`.

    Args:
        sequence: None for each operand, or a constant token; absent, that of [a, b, =].
        drop: takes (tensor, layer, place) wherever there may be dropout, and gives the tensor that goes on. Layer 0 is
            the embedding; the places of a block are the attention weights, attention, the hidden neurons and the MLP.
    """
    drop = drop or (lambda x, layer, place: x)
    tokens = _tokens(inputs, sequence or (None, None, weights["W_U"].shape[1]))  # [b, t]
    x = F.one_hot(tokens, len(weights["W_E"])).to(weights["W_E"].dtype) @ weights["W_E"]  # [b, t, d]
    if model.positions == "learned":
        x = x + weights["W_pos"]
    if model.positions == "sinusoidal":
        x = x + _waves(*x.shape[1:]).to(x)
    x = drop(x, 0, 0)
    for layer in range(model.layers):
        prefix = f"blocks.{layer}." if model.layers > 1 else ""
        own = {k.removeprefix(prefix): w for k, w in weights.items() if k.startswith(prefix)}
        x = _block(own, model, x, lambda y, place, layer=layer: drop(y, layer + 1, place))
    if model.norm != "none":
        x = _norm(weights, "ln_final", x)
    return x @ weights["W_U"] + weights.get("b_U", 0)


def _tokens(inputs: torch.Tensor, sequence) -> torch.Tensor:
    columns, operand = [], 0
    for token in sequence:
        if token is None:
            columns.append(inputs[:, operand])
            operand += 1
        else:
            columns.append(torch.full_like(inputs[:, 0], token))
    assert operand == inputs.shape[1]
    return torch.stack(columns, dim=1)


def _waves(length: int, width: int) -> torch.Tensor:
    table = torch.empty(length, width, dtype=torch.float64)
    for t in range(length):
        for i in range(width):
            angle = t / 10000 ** ((i - i % 2) / width)
            table[t, i] = math.cos(angle) if i % 2 else math.sin(angle)
    return table


def _block(w: dict[str, torch.Tensor], model, x: torch.Tensor, drop) -> torch.Tensor:
    pre, post = model.norm == "pre", model.norm == "post"
    source = _norm(w, "ln1", x) if pre else x
    q, k, v = (
        torch.einsum("btd,hdk->bhtk", source, w[f"W_{n}"]) + (w[f"b_{n}"][None, :, None, :] if model.bias else 0)
        for n in "QKV"
    )
    scores = torch.einsum("bhqk,bhtk->bhqt", q, k) / math.sqrt(model.d_head)
    if model.causal:
        scores = scores + torch.full_like(scores[0, 0], -math.inf).triu(1)
    heads = torch.einsum("bhqt,bhtk->bqhk", drop(torch.softmax(scores, dim=-1), 0), v)
    x = x + drop(torch.einsum("bqhk,hkd->bqd", heads, w["W_O"]) + w.get("b_O", 0), 1)
    x = _norm(w, "ln1", x) if post else x
    source = _norm(w, "ln2", x) if pre else x
    hidden = source @ w["W_in"] + w.get("b_in", 0)
    hidden = drop(torch.relu(hidden) if model.activation == "relu" else F.gelu(hidden), 2)
    x = x + drop(hidden @ w["W_out"] + w.get("b_out", 0), 3)
    return _norm(w, "ln2", x) if post else x


def _norm(w: dict[str, torch.Tensor], name: str, x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return scaled * w[f"{name}.weight"] + w.get(f"{name}.bias", 0)


def loss(
    weights: dict[str, torch.Tensor],
    model,
    inputs: torch.Tensor,
    answers: torch.Tensor,
    dtype: torch.dtype,
    sequence=None,
    drop=None,
) -> torch.Tensor:
    """Mean cross-entropy at the last position, softmax in `dtype`."""
    return F.cross_entropy(logits(weights, model, inputs, sequence, drop)[:, -1].to(dtype), answers)
