"""How the folder of an experiment is named: `20261122-141203-quickstart-k3f9`, the time in UTC."""

import re
from collections import Counter
from collections.abc import Sequence

NAME = re.compile(r"(\d{8}-\d{6})-(.+)-([a-z2-9]{4})", re.DOTALL)


def short_name(name: str) -> str:
    """The folder's name without its time stamp, for lists that show the age: `quickstart-k3f9`. It still finds it."""
    match = NAME.fullmatch(name)
    return f"{match[2]}-{match[3]}" if match else name


def arm_labels(arms: Sequence[tuple[str, str]]) -> list[str]:
    """What arms of several experiments are called beside each other: no two are called the same.

    Args:
        arms: (name of the folder, name of the arm), each once.

    Returns:
        the name of each arm; where another has the same, with the short name of its experiment, or with the whole
        name where even that is not the only one.
    """
    folders = dict.fromkeys(folder for folder, _ in arms)
    same_arm, same_short = Counter(arm for _, arm in arms), Counter(map(short_name, folders))
    where = {folder: short_name(folder) if same_short[short_name(folder)] == 1 else folder for folder in folders}
    return [arm if same_arm[arm] == 1 else f"{arm} · {where[folder]}" for folder, arm in arms]
