"""A network of the user's own, with what the stack asks of a network.

b sample, v output
"""

import inspect
from collections.abc import Callable

import torch
from torch import nn

from grokterm.engine.dropout import Key, drop
from grokterm.engine.own import called, drawing, load_named
from grokterm.errors import BadInput
from grokterm.spec import ModuleModel
from grokterm.spec.shown import Shown

DROP = "drop"


class Module(nn.Module):
    """The user's network, `network`, as one of ours.

    Its weights are those that its constructor draws from torch with the member's seed, times init_scale. Where its
    forward has a parameter `drop`, it gets a function: drop(x) drops elements in training and is x elsewhere; the calls
    of a forward are counted, so that each has a mask of its own.
    """

    whole_names = True

    def __init__(self, spec: ModuleModel, shown: Shown) -> None:
        super().__init__()
        self._spec, self._shown = spec, shown
        self.looped = spec.found is None or spec.found.kind == "looped"
        for role in ("embeddings", "unembeddings", "turned"):
            setattr(self, role, getattr(spec.found, role, ()))

    def initialise(self, generator: torch.Generator) -> None:
        """Build the network.

        Raises:
            BadInput: the user's code fails, or the network is of another size than when the experiment was made.
        """
        spec = self._spec
        build = load_named(spec.module, spec.folders, "model")
        with drawing(generator.initial_seed()):
            network = called("model", spec.module, build, self._shown, **spec.options)
        if not isinstance(network, nn.Module):
            raise BadInput(
                f"model.module: {spec.module} gives {type(network).__name__}; a torch.nn.Module would be right"
            )
        self.network = network.to(getattr(torch, spec.dtype))
        self._drops = DROP in inspect.signature(network.forward).parameters
        if spec.dropout and not self._drops:
            advice = "forward(self, inputs, drop) with drop(x) in it would be right"
            raise BadInput(f"model.dropout: {spec.module} drops nothing; {advice}")
        self._scale_and_count()

    def _scale_and_count(self) -> None:
        spec, count = self._spec, 0
        with torch.no_grad():
            for parameter in self.network.parameters():
                if not isinstance(parameter, nn.parameter.UninitializedParameter):
                    parameter.mul_(spec.init_scale)
                    count += parameter.numel()
        if spec.found is not None and count != spec.found.parameters:
            then = f"when the experiment was made it had {spec.found.parameters}"
            raise BadInput(f"model.module: {spec.module} has {count} weights, and {then}")

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded: its path in the user's network."""
        return path.removeprefix("network.")

    def forward(self, inputs: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        return self.network(inputs, **({DROP: _counting(key)} if self._drops else {}))


def _counting(key: Key | None) -> Callable[[torch.Tensor], torch.Tensor]:
    places = iter(range(2**31))
    return lambda x: drop(x, key, next(places))
