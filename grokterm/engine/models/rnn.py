"""Elman's recurrent network, in one direction or in both.

b sample, t position, i number that enters, h width of a state
"""

import torch

from grokterm.engine.models.recurrent import Recurrent
from grokterm.spec.models import RNN as RNNSpec
from grokterm.spec.shown import Shown

_KERNELS = {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}


class RNN(Recurrent):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu; backwards with h_(t+1) and weights of its own.

    Each layer above the first reads both states of a position. Source: Elman 1990; Schuster and Paliwal 1997.
    """

    embeddings = RNNSpec.embeddings

    def __init__(self, spec: RNNSpec, shown: Shown) -> None:
        super().__init__(shown, spec.embedding, spec.hidden, spec.layers, 1, spec.directions, spec.init_scale)
        self._kernel = spec.nonlinearity

    def last_states(self, steps: torch.Tensor) -> torch.Tensor:
        options = {"has_biases": True, "num_layers": len(self.layers), "dropout": 0.0, "train": False}
        options |= {"bidirectional": self._directions == 2, "batch_first": True}
        _, states = _KERNELS[self._kernel](steps, self.start(steps), self.weights, **options)
        return self.joined(states)
