"""The LSTM that reads a sample from its first position to its last.

b sample, t position, i number that enters, h width of a state
"""

import torch

from grokterm.engine.models.recurrent import Recurrent
from grokterm.spec.models import LSTM as LSTMSpec
from grokterm.spec.shown import Shown


class LSTM(Recurrent):
    """f, i, o = sigmoid(.), g = tanh(.) of W_ih x_t + b_ih + W_hh h_(t-1) + b_hh; c_t = f c_(t-1) + i g;
    h_t = o tanh(c_t). The four gates lie in the order i, f, g, o.

    Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000, as torch has it.
    """

    embeddings = LSTMSpec.embeddings

    def __init__(self, spec: LSTMSpec, shown: Shown) -> None:
        super().__init__(shown, spec.embedding, spec.hidden, spec.layers, 4, 1, spec.init_scale)

    def last_states(self, steps: torch.Tensor) -> torch.Tensor:
        start = self.start(steps)
        options = {"has_biases": True, "num_layers": len(self.layers), "dropout": 0.0, "train": False}
        options |= {"bidirectional": False, "batch_first": True}
        _, states, _ = torch.lstm(steps, (start, start), self.weights, **options)
        return self.joined(states)
