"""Seeds as people write them."""

from grokterm.errors import BadInput

_MOST_DIGITS = 18


def seeds_of(text: str) -> int | tuple[int, ...]:
    """`4` is a count; `7,8,9`, `7 8 9` and `7,` are these seeds.

    Raises:
        BadInput: it is neither, or a count of none: a sign, a gap between two commas, another alphabet's digits.
    """
    parts = text.strip().removesuffix(",").replace(",", " , ").split()
    words = [part for part in parts if part != ","]
    gaps = any(a == b == "," for a, b in zip([",", *parts], [*parts, ","], strict=True))
    if gaps or not words or not all(w.isascii() and w.isdigit() and len(w) <= _MOST_DIGITS for w in words):
        raise BadInput(f"given {text!r}; expected a count (4) or a list of seeds (7,8,9)")
    numbers = tuple(map(int, words))
    if len(numbers) > 1 or "," in text:
        return numbers
    if not numbers[0]:
        raise BadInput("given 0; a count is at least 1, a list names the seeds (7,8,9)")
    return numbers[0]
