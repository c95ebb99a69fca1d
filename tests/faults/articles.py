"""Seeded raw articles: short, plausible, with exact copies, near copies, revisions, repeats and bad records.

Short (60 to 120 words), so that the real entity model costs little; every figure and name differs, so that two
articles of one template are two articles.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

PLACES: Final = (
    "Lisbon", "Nairobi", "Quito", "Hanoi", "Oslo", "Perth", "Accra", "Lima", "Riga", "Busan", "Tampa", "Leeds",
    "Malaga", "Cork", "Bergen", "Turin", "Graz", "Porto", "Davao", "Suva",
)  # fmt: skip
FIRST: Final = ("Maria", "John", "Aisha", "Peter", "Lena", "Carlos", "Ingrid", "Tomas", "Grace", "Pavel", "Ruth")
LAST: Final = ("Lopes", "Mwangi", "Haugen", "Novak", "Okafor", "Silva", "Berg", "Tanaka", "Moreau", "Keane", "Rossi")
THINGS: Final = ("bridge", "hospital", "tram line", "harbour", "library", "stadium", "power station", "school", "dam")
BODIES: Final = ("city council", "transport ministry", "harbour board", "health authority", "water company")
SENTENCES: Final = (
    "The {body} of {place} said on Monday that the new {thing} would open after {n} months of work.",
    "Engineer {person} told reporters that {n} tonnes of steel had been used since the spring.",
    "{person}, who leads the {body}, said that {n} people had written in favour of the plan.",
    "Work on the {thing} began in {place} after a storm had damaged {n} houses near the river.",
    "The cost has risen to {n} million crowns, {m} million more than was planned two years ago.",
    "Residents of {place} had asked the {body} for a hearing, and {n} of them came on Tuesday.",
    "A second {thing} in {place} is planned; {person} called it a matter of {n} weeks.",
    "According to {person}, the {body} counted {n} visitors a day during the first month.",
    "Unions in {place} asked for {n} more places for apprentices and for {m} days of paid leave.",
    "The court in {place} will hear the case of {person} against the {body} in {n} days.",
)
BAD: Final[tuple[Callable[[str], bytes | None], ...]] = (
    lambda _: None,
    lambda _: b"\xff\xfe not text",
    lambda url: f'{{"url": "{url}", "title": "cut'.encode(),
    lambda url: json.dumps({"url": url, "text": "An article without a headline is none."}).encode(),
    lambda url: json.dumps({"title": "Nobody knows where this comes from", "text": url}).encode(),
    lambda url: json.dumps({"url": url, "title": "Nothing in it", "text": " "}).encode(),
)
# Shares of what is not simply new; in all some 30 %.
KINDS: Final = {"exact copy": 8, "near copy": 7, "revision": 7, "repeat": 5, "bad": 3}
LONG_SENTENCES: Final = 200  # of 15 words, of 7 kB each in the model
MEMORY: Final = 400  # articles that copies are made of


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw record to publish."""

    kind: str
    key: bytes
    value: bytes | None


class Writer:
    """Writes articles, the same for the same seed; with `identities` given, addresses come back after so many."""

    def __init__(self, seed: int, identities: int | None = None) -> None:
        self._identities = identities
        self._random = random.Random(seed)
        self._seed = seed
        self._count = 0
        self._written: list[dict[str, Any]] = []

    def next(self, marker: str = "") -> Raw:
        """Return the next record; with a marker a new article whose text holds that word."""
        self._count += 1
        kind = self._random.choices([*KINDS, "new"], [*KINDS.values(), 100 - sum(KINDS.values())])[0]
        if marker or not self._written or kind == "new":
            return self._record("new", self._new(marker))
        if kind == "bad":
            url = self._url()
            return Raw(kind, url.encode(), self._random.choice(BAD)(url))
        return self._record(kind, self._derived(kind, self._random.choice(self._written)))

    def long(self) -> Raw:
        """Return an article that takes the entity model some 20 MB."""
        self._count += 1
        article = self._new("")
        text = " ".join(self._filled(self._random.choice(SENTENCES)) for _ in range(LONG_SENTENCES))
        return Raw("new", article["url"].encode(), json.dumps({**article, "text": text}).encode())

    def _record(self, kind: str, article: dict[str, Any]) -> Raw:
        self._written = [*self._written[-MEMORY:], article]
        return Raw(kind, article["url"].encode(), json.dumps(article).encode())

    def _url(self) -> str:
        number = self._count % self._identities if self._identities else self._count
        return f"https://site{number % 7}.example/{self._seed}/{number}"

    def _new(self, marker: str) -> dict[str, Any]:
        chosen = self._random.sample(SENTENCES, self._random.randint(5, 7))
        text = " ".join(self._filled(sentence) for sentence in chosen)
        title = self._filled("{person} opens the {thing} of {place}, number {n}")
        return {"url": self._url(), "title": title, "text": f"{text} {marker}".strip()}

    def _derived(self, kind: str, of: dict[str, Any]) -> dict[str, Any]:
        if kind == "repeat":
            return of
        if kind == "exact copy":
            return {**of, "url": self._url()}
        text = of["text"]
        added = self._filled("{person} was not available for comment on Friday.")
        if kind == "near copy":
            return {**of, "url": self._url(), "text": f"{text} {added}"}
        day = self._random.randint(1, 28)  # an older one must not become the table's row
        when = f"2026-{self._random.randint(1, 9):02d}-{day:02d}T08:00:00+00:00"
        return {**of, "text": f"{text} {added}", "title": of["title"] + " (update)", "modified_at": when}

    def _filled(self, sentence: str) -> str:
        pick = self._random.choice
        return sentence.format(
            place=pick(PLACES), person=f"{pick(FIRST)} {pick(LAST)}", thing=pick(THINGS), body=pick(BODIES),
            n=self._random.randint(13, 99_999), m=self._random.randint(13, 9_999),
        )  # fmt: skip
