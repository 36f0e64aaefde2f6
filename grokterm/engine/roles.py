"""What the tensors of a network of the user's own are: embeddings, unembeddings, matrices whose rows are outputs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch import nn

from grokterm.nearest import instead

_TABLES = nn.Embedding | nn.EmbeddingBag


class Roles(NamedTuple):
    """Names of tensors by what they are.

    Attributes:
        embeddings: what the network says they are, else the tables of its nn.Embedding.
        unembeddings: what the network says, else the matrix of the nn.Linear whose result is the network's.
        turned: matrices with a row for each number that they make. That is PyTorch's way, so it is taken to be that of
            all matrices but tables and transposed convolutions.
        unclear: "embeddings" or "unembeddings", where the network neither says nor shows them.
    """

    embeddings: tuple[str, ...]
    unembeddings: tuple[str, ...]
    turned: tuple[str, ...]
    unclear: tuple[str, ...]


def roles_of(network: nn.Module, names: Mapping[str, torch.Tensor], inputs: torch.Tensor) -> Roles | str:
    """What the tensors of a network are, or a sentence that says what is wrong in what it says of them.

    Args:
        network: the user's, as one of ours (`grokterm.engine.models.Module`).
        names: its parameters by the names under which they are recorded.
        inputs: [b, ...], a few samples.
    """
    said = {role: _said(network.network, role, names) for role in ("embeddings", "unembeddings")}
    if wrong := next((problem for problem in said.values() if isinstance(problem, str)), None):
        return wrong
    known = {id(tensor): name for name, tensor in names.items()}
    tables = _named((m.weight for m in network.modules() if isinstance(m, _TABLES)), known)
    makers = _named(_makers(network, inputs), known)
    embeddings = tables if said["embeddings"] is None else said["embeddings"]
    unembeddings = makers if said["unembeddings"] is None else said["unembeddings"]
    missing = {
        "embeddings": said["embeddings"] is None and not tables and not inputs.is_floating_point(),
        "unembeddings": said["unembeddings"] is None and not makers,
    }
    other = _named((m.weight for m in network.modules() if isinstance(m, nn.modules.conv._ConvTransposeNd)), known)
    spared = {*tables, *embeddings, *other}
    turned = tuple(name for name, tensor in names.items() if tensor.dim() > 1 and name not in spared)
    return Roles(embeddings, unembeddings, turned, tuple(role for role, unknown in missing.items() if unknown))


def _said(network: nn.Module, role: str, names: Mapping[str, torch.Tensor]) -> tuple[str, ...] | str | None:
    """What the attribute `role` says; None where there is none, or it is something else, as a layer of that name."""
    given = getattr(network, role, None)
    if isinstance(given, str):
        return f'{role} is a text; a tuple would be right: {role} = ("{given}",)'
    if not isinstance(given, tuple | list) or not all(isinstance(name, str) for name in given):
        return None
    for name in given:
        if name not in names:
            return f'{role} names "{name}", which is none of its tensors; {instead(name, tuple(names))}'
    return tuple(given)


def _makers(network: nn.Module, inputs: torch.Tensor) -> list[torch.Tensor]:
    """The matrix of the nn.Linear whose result the network gives, or gives a part of."""
    made = []
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    hooks = [layer.register_forward_hook(lambda module, _, result: made.append((module, result))) for layer in layers]
    try:
        outputs = network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return [module.weight for module, result in made if _whole(result) is _whole(outputs)]


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    """What a tensor is a view of: of nn.Linear's result too, where its inputs have more than two dimensions."""
    return tensor if tensor._base is None else tensor._base


def _named(tensors: Iterable[torch.Tensor], known: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known[id(tensor)] for tensor in tensors if id(tensor) in known))
