"""Articles made to cost much: twice the names cost no more than twice the work, as far as calls tell."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from streams.core.extract import extract_entities
from tests.marked import marked

NAMES = 400
MAX_GROWTH = 2.4  # sorting and long words; pairs would be 4


def letters(number: int) -> str:
    """Return a word for a number: no person has digits."""
    return "".join("ghijklmnop"[int(digit)] for digit in str(number))


HOSTILE: dict[str, Callable[[int], str]] = {
    "one surname": lambda i: f"[Mi{letters(i)}ra Novak|PERSON] met ",
    "one given name": lambda i: f"[Mira Nov{letters(i)}ak|PERSON] met ",
    "two given names": lambda i: f"[Mira Jana Nov{letters(i)}ak|PERSON] met ",
    "surnames alone": lambda i: f"[Nov{letters(i)}ak|PERSON] met ",
    "one last word": lambda i: f"[Os{letters(i)}lo Bergen Times|ORG] met the Times ",
    "one first word": lambda i: f"[United Oslo Ber{letters(i)}gen|ORG] met United ",
    "of one country": lambda i: f"[U.S. Os{letters(i)}lo|ORG] met [Os{letters(i)}lo|ORG] ",
    "same initials": lambda i: f"[Os{letters(i)}lo Times|ORG] (OT) met [OT|ORG] ",
    "words in quotation marks": lambda i: f"[Oslo{letters(i)}|ORG]'s “New Day” on the House, D-Fla. ",
    "counterparts": lambda i: f"[Nov{letters(i)}ak|PERSON] met his Danish counterpart. ",
    "repeats": lambda i: f"[Mira Nov{letters(i % 10)}|PERSON] met Novak and Nov{letters(i % 10)} ",
}


def calls(text: str) -> int:
    """Return how many functions are called to find the entities of a marked text."""
    plain, mentions = marked(text)
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        extract_entities("", plain, [], mentions)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_the_work_grows_with_the_names(hostile: Callable[[int], str]) -> None:
    few, many = ("".join(map(hostile, range(count))) for count in (NAMES, 2 * NAMES))
    assert calls(many) <= MAX_GROWTH * calls(few)
