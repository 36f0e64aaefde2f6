"""How the folder of an experiment is named: `20261122-141203-quickstart-k3f9`, the time in UTC."""

import re

NAME = re.compile(r"(\d{8}-\d{6})-(.+)-([a-z2-9]{4})", re.DOTALL)


def short_name(name: str) -> str:
    """The folder's name without its time stamp, for lists that show the age: `quickstart-k3f9`. It still finds it."""
    match = NAME.fullmatch(name)
    return f"{match[2]}-{match[3]}" if match else name
