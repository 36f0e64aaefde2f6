"""The kinds of [optimizer], one file each; `links` has what any of them can be combined with."""

from grokterm.spec.optimizers.adagrad import Adagrad
from grokterm.spec.optimizers.adam import Adam
from grokterm.spec.optimizers.adamw import AdamW
from grokterm.spec.optimizers.lion import Lion
from grokterm.spec.optimizers.muon import Muon
from grokterm.spec.optimizers.nadam import NAdam
from grokterm.spec.optimizers.rmsprop import RMSprop
from grokterm.spec.optimizers.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Lion", "Muon", "NAdam", "RMSprop"]
