"""[optimizer]: how a step follows from a gradient."""

from grokterm.spec.base import one_of
from grokterm.spec.optimizers import SGD, Adagrad, Adam, AdamW, Lion, Muon, NAdam, RMSprop

Optimizer = one_of("kind", "adamw", AdamW, Adam, SGD, RMSprop, NAdam, Adagrad, Lion, Muon)
