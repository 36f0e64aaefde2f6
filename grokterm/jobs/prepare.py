"""What is looked at before an experiment gets a folder: whether it can be started here."""

from grokterm.errors import NotFound
from grokterm.jobs.describe import described
from grokterm.jobs.probe import check_device
from grokterm.jobs.room import check_room
from grokterm.spec import Experiment


def prepared(experiment: Experiment, device: str = "auto", force: bool = False) -> Experiment:
    """The experiment with what was found of the user's own modules, once nothing stands against its start here.

    Args:
        experiment: as it was loaded.
        device: where it is to train.
        force: also where one run alone needs more memory than the device has.

    Raises:
        NotFound: no such device, or data that this machine lacks.
        BadInput: a module of the user's own can't be trained.
        TooLarge: one run alone needs more memory than the device has.
        GroktermError: a look at a module died, or took too long.
    """
    check_device(device)
    experiment = described(experiment)
    check_data(experiment)
    check_room(experiment, device, force)
    return experiment


def check_data(experiment: Experiment) -> None:
    """Refuse an experiment whose data this machine lacks: its workers could only fail.

    Raises:
        NotFound: the first file or folder that is missing, with the field that names it; nothing was created.
    """
    for arm in experiment.arms:
        if missing := arm.spec.task.missing:
            raise NotFound(f"arms.{arm.name}: {missing}" if len(experiment.arms) > 1 else missing)
