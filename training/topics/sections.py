"""Sections of newsrooms by a fixed table of Media Topics. Never trained on a section, and not fitted to any.

A concept stands for the section that IPTC's definition of it describes. What is defined by computers, networks or what
is shared on them stands for technology, wherever IPTC files it: computing under economy, social media under media.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from streams.core.classify import Floats, TopicModel, count_terms, rate, weigh
from training.topics.corpus import json_lines
from training.topics.train import labels

EVENNESS = 0.25  # chosen on MasakhaNEWS; none and all of it are worse there
Table = Mapping[str, tuple[str, ...]]  # a section -> the concepts that stand for it

COMPUTING = "medtop:20000225"  # computing and information technology, below economy
SOCIAL_MEDIA = "medtop:20001182"  # below arts, culture, entertainment and media
BUSINESS = ("medtop:04000000", "medtop:09000000")  # economy, labour
ENTERTAINMENT = ("medtop:01000000",)
POLITICS = ("medtop:11000000", "medtop:16000000")  # politics and government; conflict, war and peace
SPORT = ("medtop:15000000",)
TECHNOLOGY = ("medtop:13000000", COMPUTING, SOCIAL_MEDIA)  # science and technology, and what is listed above


class Sections(NamedTuple):
    """A corpus with sections, and the table of them."""

    path: Path
    table: Table


BBC = Sections(Path("topics/bbc.jsonl.gz"), {
    "business": BUSINESS,
    "entertainment": ENTERTAINMENT,
    "politics": POLITICS,
    "sport": SPORT,
    "tech": TECHNOLOGY,
})  # fmt: skip
MASAKHANEWS_TABLE: Table = {
    "business": BUSINESS,
    "entertainment": ENTERTAINMENT,
    "health": ("medtop:07000000",),
    "politics": POLITICS,
    "sports": SPORT,
    "technology": TECHNOLOGY,
}
AG = Sections(Path("topics/agnews_a.jsonl.gz"), {
    "business": BUSINESS,
    "sports": SPORT,
    "sci/tech": TECHNOLOGY,
    # "World" is a section, not a topic: whatever a foreign desk reports.
    "world": (*POLITICS, "medtop:02000000", "medtop:03000000", "medtop:12000000"),
})  # fmt: skip


def evened(probabilities: Floats, ids: Sequence[str]) -> Floats:
    """The probabilities where rare topics are less rare than among the labelled articles: sections are of like size.

    The odds are divided by a power of the odds of the topic among the labels.
    """
    labelled = labels()
    count = Counter(topic for label in labelled for topic in (*label["topics"], *label["finer"]))
    share = np.array([count[topic] / len(labelled) for topic in ids])
    odds = probabilities / np.maximum(1 - probabilities, 1e-9) / (share / (1 - share)) ** EVENNESS
    return np.asarray(odds / (1 + odds), dtype=np.float64)


def likeliest_section(probabilities: Floats, ids: Sequence[str], parents: Sequence[int], table: Table) -> str:
    """The section whose concepts are likeliest in sum, the first of the table where some are alike.

    Of a top concept counts only what is not taken by a finer one below it that stands for another section.
    """
    probability = dict(zip(ids, probabilities.tolist(), strict=True))
    top_of = {finer: ids[parent] for finer, parent in zip(ids, parents, strict=True) if finer != ids[parent]}

    def own(concept: str, section: str) -> float:
        others = [other for name, those in table.items() if name != section for other in those]
        taken = [probability[other] for other in others if other in probability and top_of.get(other) == concept]
        return float(probability.get(concept, 0.0) * math.prod(1 - share for share in taken))

    return max(table, key=lambda section: sum(own(concept, section) for concept in table[section]))


def section_hits(data: Path, model: TopicModel, corpus: Sections) -> list[tuple[str, str]]:
    """Of each row its section and the likeliest one by the packaged model."""
    rows = []
    for record in json_lines(data / corpus.path):
        counts = count_terms(record.get("title", ""), record["text"])
        rows.append((record["label"].lower(), rate(weigh(counts, model.vocabulary, model.idf), model)))
    likely = evened(np.array([probabilities for _, probabilities in rows]), model.ids)
    return [
        (wanted, likeliest_section(probabilities, model.ids, model.parents, corpus.table))
        for (wanted, _), probabilities in zip(rows, likely, strict=True)
    ]


def accuracy(hits: Sequence[tuple[str, str]]) -> float:
    """The share of rows whose section was found."""
    return sum(wanted == found for wanted, found in hits) / len(hits)
