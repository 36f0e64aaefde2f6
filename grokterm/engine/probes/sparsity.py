"""How sparse the weights are, by several measures, because "47 % of the weights are zero" depends on what zero means.

e member, n weights of one tensor
"""

from collections.abc import Iterable, Mapping

import torch

_ABSOLUTE = {"abs_0": 0.0, "abs_1e-06": 1e-6, "abs_1e-04": 1e-4, "abs_1e-03": 1e-3, "abs_1e-02": 1e-2}
_OF_MAX, _OF_SIGMA = 1e-2, 1e-1
_MEASURES = (*_ABSOLUTE, "max_1e-02", "sigma_1e-01", "hoyer", "gini")


def sparsity_columns(names: Iterable[str]) -> list[str]:
    """The columns of `sparsity`, for tensors of these names."""
    return [f"{name}.{measure}" for name in names for measure in _MEASURES]


def sparsity(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """All measures of all tensors [e, ...], each [e] float64."""
    columns = {}
    for name, tensor in tensors.items():
        values = _sparsity_of(tensor.flatten(1))
        columns |= {f"{name}.{measure}": value for measure, value in zip(_MEASURES, values, strict=True)}
    return columns


def _sparsity_of(weights: torch.Tensor) -> list[torch.Tensor]:
    """Measures of one tensor [e, n]:

    share of |w| <= tau, for tau absolute (0 counts exact zeros), 1 % of the largest |w|, and 10 % of the standard
    deviation; and two that need no threshold, 0 where all |w| are alike and 1 where one alone is left:
    Hoyer (sqrt n - |w|_1 / |w|_2) / (sqrt n - 1), and Gini 1 - 2 sum_k (w_(k) / |w|_1) (n - k + 1/2) / n, w_(k)
    ascending. Both are nan for a tensor of zeros. Source: Hurley and Rickard, arXiv 0811.4706.
    """
    n = weights.shape[1]
    w = weights.abs()
    exact = w.to(torch.float64)
    l1, l2 = exact.sum(1), exact.square().sum(1).sqrt()
    relative = (w.amax(1) * _OF_MAX, weights.std(1, correction=0) * _OF_SIGMA)
    shares = [(w <= tau).sum(1) for tau in _ABSOLUTE.values()] + [(w <= tau.unsqueeze(1)).sum(1) for tau in relative]
    hoyer = (n**0.5 - l1 / l2) / (n**0.5 - 1)
    ranks = torch.arange(n, 0, -1, dtype=torch.float64, device=w.device) - 0.5  # n - k + 1/2 for k = 1 … n
    gini = 1 - 2 * (w.sort(dim=1).values.to(torch.float64) * ranks).sum(1) / (l1 * n)
    return [share.to(torch.float64) / n for share in shares] + [hoyer, gini]
