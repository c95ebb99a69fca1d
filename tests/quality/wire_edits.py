"""What outlets do to a wire report before they print it, as seeded edits of given articles."""

import random
from collections.abc import Callable, Sequence
from typing import Final

Edit = Callable[[random.Random, list[str], Sequence[str]], list[str]]
EXCHANGED: Final = 0.05  # share of words


def byline(rng: random.Random, paragraphs: list[str], _: Sequence[str]) -> list[str]:
    name = rng.choice(["Ana Petrov", "J. R. Okafor", "Mary-Jane O'Neill", "Staff Writer"])
    city = rng.choice(["WASHINGTON", "LONDON", "NEW YORK", "PARIS, May 5"])
    agency = rng.choice(["(AP) —", "(Reuters) -", "(AFP) –"])
    return [f"By {name}", f"{city} {agency} {paragraphs[0]}", *paragraphs[1:]]


def tail(rng: random.Random, paragraphs: list[str], _: Sequence[str]) -> list[str]:
    endings = [
        "Reporting by Ana Petrov; Editing by Tom Lee",
        "Copyright 2024 Example Media Group. All rights reserved.",
        "Follow Example News on Twitter for the latest from our Lisbon and Oslo newsrooms, 24 hours a day.",
        "Ana Petrov is the Example Herald's chief correspondent. She joined in 2011 and lives in Porto.",
        "Join 120,000 readers of the Example Herald newsletter, sent from Dublin every Monday at 7 am.",
    ]
    return paragraphs + rng.sample(endings, 2)


def trim(rng: random.Random, paragraphs: list[str], _: Sequence[str]) -> list[str]:
    return paragraphs[: max(1, round(len(paragraphs) * rng.uniform(0.7, 0.9)))]


def first_part(_: random.Random, paragraphs: list[str], __: Sequence[str]) -> list[str]:
    return paragraphs[: max(1, round(len(paragraphs) * 0.6))]


def wording(rng: random.Random, paragraphs: list[str], vocabulary: Sequence[str]) -> list[str]:
    """Exchange one word in twenty, as an editor does: not the names, not the figures."""
    return [_exchanged(rng, paragraph, vocabulary, str.islower) for paragraph in paragraphs]


def any_word(rng: random.Random, paragraphs: list[str], vocabulary: Sequence[str]) -> list[str]:
    """Exchange one word in twenty, names and figures too, as a careless machine does."""
    return [_exchanged(rng, paragraph, vocabulary, lambda word: True) for paragraph in paragraphs]


def punctuation(_: random.Random, paragraphs: list[str], __: Sequence[str]) -> list[str]:
    table = str.maketrans({"“": '"', "”": '"', "’": "'", "—": "-", "–": "-", ";": ",", "%": " percent"})
    return ["  ".join(paragraph.translate(table).split(" ")) for paragraph in paragraphs]


def everything(rng: random.Random, paragraphs: list[str], vocabulary: Sequence[str]) -> list[str]:
    for edit in (trim, wording, punctuation, byline, tail):
        paragraphs = edit(rng, paragraphs, vocabulary)
    return paragraphs


EDITS: Final[dict[str, Edit]] = {
    "byline": byline, "tail": tail, "trim": trim, "first 60 %": first_part, "wording": wording, "any word": any_word,
    "punctuation": punctuation, "everything": everything,
}  # fmt: skip


def _exchanged(rng: random.Random, paragraph: str, vocabulary: Sequence[str], may: Callable[[str], bool]) -> str:
    words = [
        rng.choice(vocabulary) if may(word) and rng.random() < EXCHANGED else word for word in paragraph.split(" ")
    ]
    return " ".join(words)
