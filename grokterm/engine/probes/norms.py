"""How long the weights are, as a whole and tensor by tensor.

e member
"""

from collections.abc import Iterable, Mapping

import torch


def vector_norm(stacked: torch.Tensor) -> torch.Tensor:
    """Euclidean norm of everything a member has in one tensor: [e, ...] to [e]."""
    return torch.linalg.vector_norm(stacked.flatten(1), dim=1)


def whole_norm(tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Euclidean norm of all tensors of a member together, [e]."""
    return vector_norm(torch.stack([vector_norm(tensor) for tensor in tensors.values()], dim=1))


def norm_columns(names: Iterable[str]) -> list[str]:
    """The columns of `norms`, for tensors of these names."""
    return ["weight_norm", *(f"weight_norm.{name}" for name in names)]


def norms(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Norm of all weights together and of each tensor [e, ...]; biases and gains count too. Values [e]."""
    return {"weight_norm": whole_norm(tensors)} | {f"weight_norm.{name}": vector_norm(w) for name, w in tensors.items()}
