"""Every kind of optimizer and of loss, with what it can be combined with, as it is written after --set."""

OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop", "nadam", "adagrad", "lion", "muon")
LOSSES = ("cross_entropy", "stablemax", "taylor_softmax", "mse")  # for tasks whose answers are classes
FILTER = 'grokfast = {kind = "ma", window = 50}, lr_schedule = {schedule = "cosine", warmup = 9}, clip = 1.0'


def optimizer(kind: str, more: str = FILTER) -> str:
    """An [optimizer] section in place of a preset's."""
    return f'optimizer={{kind = "{kind}", lr = 0.001, weight_decay = 0.5, {more}}}'


def loss(kind: str) -> str:
    """A [loss] section in place of a preset's."""
    return f'loss={{kind = "{kind}"}}'
