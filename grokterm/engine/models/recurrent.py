"""Recurrent layers, and a sample as a sequence for them.

b sample, k operand, t position, i number that enters, h width of a state, g gates of a cell (4 of an LSTM, else 1),
v output
"""

import torch
from torch import nn

from grokterm.engine.models.draws import normal, uniform
from grokterm.engine.models.look_up import look_up
from grokterm.spec.shown import Shown, Tokens


class Layer(nn.Module):
    """The weights of one layer, as torch lays them out: W_ih [g h, i], W_hh [g h, h], b_ih and b_hh [g h].

    Those that read backwards end in `_back`.
    """

    def __init__(self, gates: int, entering: int, hidden: int, directions: int) -> None:
        super().__init__()
        shapes = {"W_ih": (entering,), "W_hh": (hidden,), "b_ih": (), "b_hh": ()}
        for ending in ("", "_back")[:directions]:
            for name, columns in shapes.items():
                setattr(self, name + ending, nn.Parameter(torch.empty(gates * hidden, *columns)))


class Recurrent(nn.Module):
    """Recurrent layers over the positions of a sample, and a linear layer W_U, b_U on what they end with.

    The library's kernels are called with the weights as they lie in the stack: the modules that wrap them keep
    references of their own, and on a GPU would move the weights elsewhere.

    Parameters: `layers.0.W_ih` and so on (without `layers.0.` where there is one layer), W_U [h, v], b_U, and
    W_E [vocabulary, i] for tokens.

    Args:
        shown: tokens, which are embedded, the constant ones too; or numbers, those of an operand at one position.
        embedding: width of W_E.
        hidden: width of a state.
        layers, gates, directions: see above.
        scale: factor on all initial weights.
    """

    looped = True  # vmap has no rule for the kernels
    unembeddings = ("W_U",)
    turned = ("W_ih", "W_hh", "W_ih_back", "W_hh_back")

    def __init__(
        self, shown: Shown, embedding: int, hidden: int, layers: int, gates: int, directions: int, scale: float
    ) -> None:
        super().__init__()
        self._sequence = shown.sequence if isinstance(shown, Tokens) else None
        self._operands = 0 if self._sequence else shown.operands
        self._hidden, self._directions, self._scale = hidden, directions, scale
        self.W_E = nn.Parameter(torch.empty(shown.vocabulary, embedding)) if self._sequence else None
        entering = [embedding if self._sequence else shown.width, *[directions * hidden] * (layers - 1)]
        self.layers = nn.ModuleList(Layer(gates, width, hidden, directions) for width in entering)
        self.W_U = nn.Parameter(torch.empty(directions * hidden, shown.outputs))
        self.b_U = nn.Parameter(torch.empty(shown.outputs))

    def initialise(self, generator: torch.Generator) -> None:
        """torch's rules: embeddings N(0, 1), states U(-1/sqrt(h), 1/sqrt(h)), then W_U and b_U; times init_scale."""
        if self.W_E is not None:
            normal(self.W_E, self._scale, generator)
        uniform(self.layers.parameters(), self._hidden, self._scale, generator)
        uniform((self.W_U, self.b_U), len(self.W_U), self._scale, generator)

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded: its path, without `layers.0.` where there is one layer."""
        return path.removeprefix("layers.0.") if len(self.layers) == 1 else path

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.last_states(self.steps(inputs)) @ self.W_U + self.b_U

    def last_states(self, steps: torch.Tensor) -> torch.Tensor:
        """What the last layer ends with, [b, directions h], from what enters at each position [b, t, i].

        The state that reads forwards is that of the last position, the one that reads backwards that of the first: the
        last rows of torch's h_n.
        """
        raise NotImplementedError

    def steps(self, inputs: torch.Tensor) -> torch.Tensor:
        """What enters at each position, [b, t, i]."""
        if self._sequence is None:
            return inputs.unflatten(1, (self._operands, -1))
        operands = iter(inputs.unbind(1))
        tokens = [
            next(operands) if constant is None else torch.full_like(inputs[:, 0], constant)
            for constant in self._sequence
        ]
        return look_up((self.W_E,), torch.stack(tokens, 1))[0]

    def start(self, steps: torch.Tensor) -> torch.Tensor:
        """The states before the first position: zeros [layers directions, b, h]."""
        return steps.new_zeros(len(self.layers) * self._directions, len(steps), self._hidden)

    def joined(self, states: torch.Tensor) -> torch.Tensor:
        """The states of the last layer side by side, from torch's h_n [layers directions, b, h]."""
        return states[-self._directions :].transpose(0, 1).flatten(1)

    @property
    def weights(self) -> list[torch.Tensor]:
        """Of all layers, in the order in which the kernels want them."""
        return list(self.layers.parameters())
