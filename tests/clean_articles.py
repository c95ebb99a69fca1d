"""Clean articles for tests of what comes after normalise."""

import random
from collections.abc import Sequence
from typing import Any, Final

from streams.contracts import ids
from streams.contracts.events import CleanArticle, Language

HOUR_MS: Final = 3_600_000
_NOUNS: Final = [
    "council",
    "harbour",
    "bridge",
    "river",
    "school",
    "market",
    "budget",
    "engineer",
    "farmer",
    "driver",
    "minister",
    "library",
    "storm",
    "reactor",
    "tunnel",
    "orchestra",
    "museum",
    "glacier",
    "ferry",
    "hospital",
    "vaccine",
    "court",
    "satellite",
    "drought",
    "festival",
    "railway",
    "teacher",
    "factory",
    "refugee",
]
_VERBS: Final = [
    "opened",
    "closed",
    "approved",
    "rejected",
    "repaired",
    "financed",
    "visited",
    "criticised",
    "measured",
    "delayed",
    "celebrated",
    "inspected",
]
_SYLLABLES: Final = [
    "al",
    "ber",
    "cas",
    "dor",
    "el",
    "fri",
    "gan",
    "hol",
    "im",
    "jur",
    "kal",
    "lin",
    "mor",
    "nak",
    "ol",
    "pet",
    "quin",
    "ras",
    "sor",
    "tak",
    "und",
    "vor",
    "wes",
    "zan",
]


def clean_article(url: str, title: str, text: str, **fields: Any) -> CleanArticle:
    """Return a clean article under this address."""
    given: dict[str, Any] = {
        "event_id": "event", "article_id": ids.article_id(ids.identity(url=url, guid=None, feed_url=None, source=None)),
        "url": url, "canonical_url": url, "guid": None, "source": ids.registered_domain(url), "feed_url": None,
        "rights": None, "authors": (), "published_at": None, "modified_at": None, "title": title, "text": text,
        "removed": (), "problems": (), "language": Language(code="en", score=0.99),
    }  # fmt: skip
    return CleanArticle(**(given | fields))


def report(seed: int, sentences: int = 20) -> str:
    """Return a made-up report; two seeds share nouns and verbs, but no names and hardly ever five words in a row."""
    rng = random.Random(seed)
    names = ["".join(rng.choices(_SYLLABLES, k=3)).capitalize() for _ in range(8)]
    return "\n\n".join(_sentence(rng, names) for _ in range(sentences))


def edited(text: str) -> str:
    """Return the text as an outlet prints it that changes a word here and there."""
    return text.replace(" because ", " as ", 7)


def headline(seed: int) -> str:
    """Return a headline that tells of the report of this seed."""
    return " ".join(report(seed).split()[:6])


def numbered(seed: int, **fields: Any) -> CleanArticle:
    """Return the made-up article of this seed under an address of its own."""
    return clean_article(f"https://example.org/{seed}", headline(seed), report(seed), **fields)


def _sentence(rng: random.Random, names: Sequence[str]) -> str:
    who, place = rng.sample(names, 2)
    parts: Sequence[str] = (
        f"The {rng.choice(_NOUNS)} in {place} {rng.choice(_VERBS)} the {rng.choice(_NOUNS)}",
        f"{who} {rng.choice(_VERBS)} a {rng.choice(_NOUNS)} near the {rng.choice(_NOUNS)}",
        f"{rng.randrange(2, 900)} {rng.choice(_NOUNS)}s were {rng.choice(_VERBS)} after {who} spoke",
    )
    return f"{rng.choice(parts)} because the {rng.choice(_NOUNS)} had {rng.choice(_VERBS)} {rng.choice(_NOUNS)}s."
