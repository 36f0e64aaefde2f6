"""The kinds of [loss], one file each."""

from grokterm.spec.losses.cross_entropy import CrossEntropy
from grokterm.spec.losses.log2_mse import Log2MSE
from grokterm.spec.losses.mse import MSE
from grokterm.spec.losses.stablemax import StableMax
from grokterm.spec.losses.taylor_softmax import TaylorSoftmax

__all__ = ["MSE", "CrossEntropy", "Log2MSE", "StableMax", "TaylorSoftmax"]
