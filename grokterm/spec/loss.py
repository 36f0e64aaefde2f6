"""[loss]: what is minimised, summed over members and averaged over samples."""

from grokterm.spec.base import one_of
from grokterm.spec.losses import MSE, CrossEntropy, Log2MSE, StableMax, TaylorSoftmax

Loss = one_of("kind", "cross_entropy", CrossEntropy, StableMax, TaylorSoftmax, MSE, Log2MSE)
