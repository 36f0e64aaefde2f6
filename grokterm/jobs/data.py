"""Whether what an experiment is trained on is there."""

from grokterm.errors import NotFound
from grokterm.spec import Experiment


def check_data(experiment: Experiment) -> None:
    """Refuse an experiment whose data this machine lacks: its workers could only fail.

    Raises:
        NotFound: the first file or folder that is missing, with the field that names it; nothing was created.
    """
    for arm in experiment.arms:
        if missing := arm.spec.task.missing:
            raise NotFound(f"arms.{arm.name}: {missing}" if len(experiment.arms) > 1 else missing)
