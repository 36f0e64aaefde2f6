"""Initial weights of a transformer, by the rules of `model.init`.

d width, h head, k head width, m hidden
"""

import math

import torch

from grokterm.spec.models import Transformer as TransformerSpec


def initial(name: str, shape: torch.Size, spec: TransformerSpec, generator: torch.Generator) -> torch.Tensor:
    """A parameter's first value, in float32.

    normal: N(0, init_std^2) for W, 0 for b. torch: N(0, 1) for W_E and W_pos as `nn.Embedding` has it; Q, K and V as
    `nn.MultiheadAttention`, which draws the three as one matrix; the others as `nn.Linear`. Both times init_scale.
    Gains of norms are 1 and their biases 0.

    Args:
        name: of the parameter, without its block.
        shape: of the parameter.
        spec: sizes and the rule.
        generator: is drawn from for what is random, and only then.
    """
    if name in ("weight", "bias"):
        return torch.full(shape, float(name == "weight"))
    if spec.init == "normal":
        if name.startswith("b_"):
            return torch.zeros(shape)
        return torch.randn(shape, generator=generator) * (spec.init_std * spec.init_scale)
    if name in ("W_E", "W_pos"):
        return torch.randn(shape, generator=generator) * spec.init_scale
    bound = _bound(name, spec)
    if not bound:
        return torch.zeros(shape)
    return (torch.rand(shape, generator=generator) * 2 - 1) * (bound * spec.init_scale)


def _bound(name: str, spec: TransformerSpec) -> float:
    """torch draws from U(-bound, bound): Xavier's for Q, K, V (d in, 3 h k out), 1 / sqrt(inputs) for `nn.Linear`."""
    d, inner = spec.d_model, spec.heads * spec.d_head
    if name in ("b_Q", "b_K", "b_V", "b_O"):
        return 0.0
    kind = name[2:]
    if kind in ("Q", "K", "V"):
        return math.sqrt(6 / (d + 3 * inner))
    return 1 / math.sqrt({"O": inner, "in": d, "out": spec.d_mlp, "U": d}[kind])
