"""Hidden neurons: how nearly each listens to one wave.

i number that enters a layer, j neuron, k operand or head, p value of an operand, d width, h head, f frequency
"""

from collections.abc import Mapping

import numpy as np

from grokterm.spec.interventions.hidden import Hidden


def waves(donor: Mapping[str, np.ndarray], layer: Hidden, p: int) -> np.ndarray:
    """How nearly the input weights of each neuron over the values of an operand are one wave, [j] in 0 ... 1.

    The share of the largest frequency in the power of a discrete Fourier transform over p, frequency 0 left out; power
    is summed over operands, or over heads: what a neuron reads of a token is W_E W_V W_O W_in of each head, positions
    and norms left out. Source: Nanda et al., arXiv 2301.05217; the reading by share is ours.
    """
    weights = _over_values(donor, layer, p).astype(np.float64)  # [k, p, j]
    power = (np.abs(np.fft.rfft(weights, axis=1)) ** 2).sum(0)[1:]  # [f, j]
    total = power.sum(0)
    return np.divide(power.max(0), total, out=np.zeros_like(total), where=total > 0)


def _over_values(donor: Mapping[str, np.ndarray], layer: Hidden, p: int) -> np.ndarray:
    """What each neuron of the first hidden layer gets from each value of an operand, [k, p, j]."""
    into = donor[layer.into]
    if f"{layer.block}W_V" in donor:
        values, mixed = donor[f"{layer.block}W_V"], donor[f"{layer.block}W_O"]  # [h, d, i], [h, i, d]
        return donor["W_E"][:p] @ values @ mixed @ into
    if "W_E" in donor:
        table = donor["W_E"][:p]
        return table @ into.reshape(-1, table.shape[1], into.shape[1])
    return into.reshape(-1, p, into.shape[1])
