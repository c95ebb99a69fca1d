"""Pairs of Reuters reports that share many words, told apart by alignment: one text, or one template."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

from streams.core.fingerprint import Fingerprint, fingerprint
from streams.core.matching import DedupePolicy, compare
from streams.core.wording import read_article
from tests.quality.wire_edits.articles import rows


def reuters_pairs() -> Counter[tuple[str, str, str]]:
    """Count the pairs by exact Jaccard, by figures exchanged or not, and by what they are called."""
    bodies = {row["id"]: row for row in rows("articles/reuters_train.jsonl.gz")}
    counts: Counter[tuple[str, str, str]] = Counter()
    for pair in rows("near_duplicates/reuters_train_pairs.jsonl.gz"):
        earlier, later = (bodies[key] for key in sorted((pair["a"], pair["b"]), key=int))
        kind = "template" if figures_exchanged(earlier["body"], later["body"]) else "text"
        band = ">= .8" if pair["jaccard5"] >= 0.8 else ">= .5" if pair["jaccard5"] >= 0.5 else "< .5"
        counts[band, kind, called(marks(later), marks(earlier))] += 1
    return counts


def marks(row: dict[str, Any]) -> Fingerprint:
    paragraphs = (re.sub(r"\s+", " ", part) for part in re.split(r"\n\s{2,}", row["body"]))
    return fingerprint(read_article(row["title"], "\n\n".join(paragraphs)))


def called(later: Fingerprint, earlier: Fingerprint) -> str:
    if later.text_hash == earlier.text_hash:
        return "same words"
    return compare(later, earlier, DedupePolicy()).relationship


def figures_exchanged(one: str, other: str) -> bool:
    """Whether two texts have, in one place at least, another figure each: by alignment, not by fingerprint."""
    a, b = one.split(), other.split()
    for operation, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if operation == "replace" and a2 - a1 == b2 - b1 and any(map(_other_figure, a[a1:a2], b[b1:b2])):
            return True
    return False


def _other_figure(one: str, other: str) -> bool:
    figures = [re.sub(r"[^\d/.-]", "", word).strip(".-") for word in (one, other)]
    return all(figures) and figures[0] != figures[1]
