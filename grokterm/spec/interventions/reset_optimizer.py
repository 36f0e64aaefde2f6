"""[intervene.reset_optimizer]."""

from grokterm.spec.interventions.when import When


class ResetOptimizer(When):
    """The optimizer forgets: moments and filters are as at the start, and bias correction counts from 1 again.

    Schedules of the learning rate and of the weight decay go on.
    """
