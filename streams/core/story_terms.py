"""What an article is about, as stories compare it: rare words and names of headline and lead, as a unit vector."""

import math
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled
from streams.core.pages import Numbers
from streams.core.scan import Flags, Hashes, Places
from streams.core.story_policy import StoryPolicy
from streams.core.wording import Reading

MAX_TERMS: Final = 24  # kept of an article, 5 bytes each
UNIT: Final = 255  # a weight of 1.0 in one byte
TERMS: Final = np.dtype([("term", "<u4"), ("weight", "u1")])
HEADLINE_WORDS: Final = 40  # of a longer one: each is looked for in the whole text
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_CHARS: Final = len("2026-04-07")
_COUNTS: Final = 4_096  # a count above weighs as much
_LOGARITHMS: Final = np.array([0.0] + [1 + math.log(count) for count in range(1, _COUNTS)])


class Counted(NamedTuple):
    """The content words of headline and lead, as terms that ascend."""

    terms: npt.NDArray[np.uint64]  # 32 bits of the word's hash, odd for names
    counts: npt.NDArray[np.int64]  # how often each counts


class Terms(NamedTuple):
    """The most telling terms of an article, the heaviest first."""

    terms: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.int64]  # in 255ths; the first `MAX_TERMS` are a unit vector
    filed: npt.NDArray[np.int64]  # articles of the window that each stands in


def counted_terms(reading: Reading, policy: StoryPolicy) -> Counted:
    """Return the hashed content words of headline and lead, and how often they count."""
    heading, body = reading.heading, reading.body
    terms, times = _told(
        heading.hashes[:HEADLINE_WORDS], heading.names_at, heading.telling, body.hashes, body.names_at, body.telling,
        policy.lead_words, policy.title_weight,
    )  # fmt: skip
    order = terms.argsort(kind="stable")
    return Counted(*_summed(terms[order], times[order], policy.name_weight))


@compiled
def _told(
    title: Hashes, title_names: Places, title_telling: Flags, text: Hashes, text_names: Places, text_telling: Flags,
    lead: int, title_weight: int,
) -> tuple[Hashes, Numbers]:  # fmt: skip
    """Return the terms of the telling words, and what each word counts."""
    in_text, in_title = np.zeros(len(text), np.bool_), np.zeros(len(title_telling), np.bool_)
    for at in text_names:
        in_text[at] = True
    for at in title_names:
        in_title[at] = True
    lead = min(lead, len(text))
    terms, times = np.empty(lead + len(title), np.uint64), np.ones(lead + len(title), np.int64)
    count = 0
    for at in range(lead):
        if text_telling[at]:
            terms[count] = _term(text[at], in_text[at])
            count += 1
    for at in range(len(title)):
        if title_telling[at]:
            # Many outlets write every word of a headline with a capital: the text knows better.
            named = in_title[at]
            for place in range(len(text)):
                if text[place] == title[at]:
                    named = in_text[place]
                    break
            terms[count], times[count] = _term(title[at], named), 1 + title_weight
            count += 1
    return terms[:count], times[:count]


@compiled
def _term(word: np.uint64, named: bool) -> np.uint64:
    """Return 32 bits of a word's hash, odd for names."""
    return (word >> np.uint64(33) << np.uint64(1)) | np.uint64(named)


@compiled
def _summed(ordered: Hashes, times: Numbers, name_weight: int) -> tuple[Hashes, Numbers]:
    """Return each term once; what a name's count is multiplied by, too."""
    terms, counts = np.empty(len(ordered), np.uint64), np.zeros(len(ordered), np.int64)
    count = 0
    for at, term in enumerate(ordered):
        if at == 0 or term != ordered[at - 1]:
            terms[count] = term
            count += 1
        counts[count - 1] += times[at] * (name_weight if term & np.uint64(1) else 1)
    return terms[:count], counts[:count]


def weighed(counted: Counted, filed: Numbers, members: int, limit: int) -> Terms:
    """Return the terms that are often in the article and rare in the window.

    Args:
        counted: the terms of the article.
        filed: articles of the window that each term stands in.
        members: articles in the window.
        limit: terms returned at most.
    """
    weights = _LOGARITHMS[np.minimum(counted.counts, _COUNTS - 1)] * np.log1p((members + 1) / (filed + 1))
    top = (-weights).argsort(kind="stable")[:limit]  # terms ascend: the lower one first among equals
    weights = weights[top]
    kept = weights[:MAX_TERMS]
    scaled = np.rint(weights * (UNIT / math.sqrt(math.fsum((kept * kept).tolist())))) if len(top) else weights
    return Terms(counted.terms[top], np.maximum(scaled, 1).astype(np.int64), filed[top])


def pack(terms: Terms) -> str:
    """Return the heaviest terms and their weights as base64."""
    kept = np.empty(min(MAX_TERMS, len(terms.terms)), TERMS)
    kept["term"], kept["weight"] = terms.terms[:MAX_TERMS], terms.weights[:MAX_TERMS]
    kept.sort(order="term")
    return b64encode(kept.tobytes()).decode()


def unpack(packed: str) -> npt.NDArray[np.void]:
    """Return the terms that `pack` wrote, of dtype `TERMS`."""
    return np.frombuffer(b64decode(packed), TERMS)


def published_second(when: str | None) -> int | None:
    """Return seconds since 1970 UTC of an ISO 8601 date; a bare date is its noon, an unreadable one None."""
    if not when:
        return None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return None
    if len(when) <= _DATE_CHARS:
        moment = moment.replace(hour=12)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return math.floor((aware - _EPOCH).total_seconds())


def published_hour(when: str | None) -> int | None:
    """Return hours since 1970 UTC, of the same dates as `published_second`."""
    second = published_second(when)
    return None if second is None else second // 3_600
