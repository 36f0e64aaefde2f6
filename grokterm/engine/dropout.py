"""Dropout by counting: a mask is a hash of where it stands, so there is no generator whose state could differ.

e member, n element of what is dropped

Whether an element is kept is decided by (the member's seed, step, layer, place in the layer, number of the element).
So a member's mask is the same on every device, beside any neighbours, in groups of any width, and after a resume.

The hash is SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), with the
constants of Stafford's variant 13. torch has no unsigned words of 64 bits: products of int64 wrap to the same bits, and
a shift to the right needs a mask, since it copies the sign.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from grokterm.engine.seeds import Purpose, word
from grokterm.spec import Member
from grokterm.spec.work import dropout_of

_GAMMA = 0x9E3779B97F4A7C15 - 2**64
_ROUNDS = ((30, 0xBF58476D1CE4E5B9 - 2**64), (27, 0x94D049BB133111EB - 2**64))
_LAST = 31
_HALF = 2**32 - 1


class Key(NamedTuple):
    """What a network needs to drop elements, for one member; under `vmap`, or with a leading axis, for several."""

    bits: torch.Tensor  # int64, of the member's seed and the step, and deeper inside a network of the layer
    threshold: torch.Tensor  # int64, the rate in units of 2^-32: a smaller half word drops its element
    scale: torch.Tensor  # 1 / (1 - rate), in the precision of the network

    def layer(self, number: int) -> "Key":
        """The key of a layer."""
        return self._replace(bits=_hashed(self.bits, number))

    def mask(self, place: int, shape: torch.Size) -> torch.Tensor:
        """0 for what is dropped and `scale` for what is kept, so that the mean stays as it is.

        Args:
            place: in the layer; each has numbers of its own.
            shape: of the mask.
        """
        size = math.prod(shape)
        counter = torch.arange(1, (size + 3) // 2, device=self.bits.device)
        found = _mixed(counter * _GAMMA + _hashed(self.bits, place))  # a word decides two elements
        kept = torch.cat([found & _HALF, (found >> 32) & _HALF])[:size] >= self.threshold
        return kept.view(shape).to(self.scale.dtype) * self.scale


def drop(x: torch.Tensor, key: Key | None, place: int) -> torch.Tensor:
    """x with a share of its elements 0 and the others scaled up; x itself without a key."""
    return x if key is None else x * key.mask(place, x.shape)


class Dropout:
    """The keys of a cohort.

    Args:
        members: of the cohort.
        device: where the keys live.

    Attributes:
        on: whether any member drops anything. If none does, networks are never given a key.
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        model = members[0].spec.model
        rates = np.array([dropout_of(member.spec) for member in members])
        self.on = bool(rates.any())
        seeds = np.array([word(member.seed, Purpose.DROPOUT) for member in members], np.uint64).view(np.int64)
        self._bits = torch.from_numpy(seeds).to(device)
        self._threshold = torch.from_numpy((rates * 2.0**32).round().astype(np.int64)).to(device)
        self._scale = torch.from_numpy(1 / (1 - rates)).to(device, getattr(torch, model.dtype))

    def at(self, step: torch.Tensor) -> Key | None:
        """The keys [e] of update `step`, a number on the device; None if nothing is dropped."""
        return Key(_hashed(self._bits, step), self._threshold, self._scale) if self.on else None


def _hashed(bits: torch.Tensor, number: torch.Tensor | int) -> torch.Tensor:
    """Other bits for every number."""
    return _mixed(bits + number)


def _mixed(words: torch.Tensor) -> torch.Tensor:
    """SplitMix64's mixing of every word, in place."""
    for shift, factor in _ROUNDS:
        words ^= _shifted(words, shift)
        words *= factor
    words ^= _shifted(words, _LAST)
    return words


def _shifted(words: torch.Tensor, shift: int) -> torch.Tensor:
    return (words >> shift).bitwise_and_((1 << (64 - shift)) - 1)
