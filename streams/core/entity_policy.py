"""The numbers that decide whether a name is taken for an entity."""

from dataclasses import dataclass
from typing import Final

from streams.core.matching import HOUR_MS
from streams.core.policy import Policy

POLICY_VERSION: Final = "resolve/1"  # counts up when the same numbers would give other decisions, or say more of them


@dataclass(frozen=True, slots=True)
class ResolvePolicy(Policy):
    """Every number that a decision depends on. Points add up; docs/quality.md has what they are worth."""

    same_story: float = 3.0  # points: both articles are in one story
    same_office: float = 3.0  # an office of two words or more: "foreign minister"
    same_role: float = 2.0  # one word: "minister"
    shared_name: float = 1.0  # each person or organisation that both articles name
    shared_common_name: float = 0.5  # the same, of a name that many articles have
    common_share: float = 0.02  # of the articles of the window, from which on a name is common
    common_articles: int = 10  # and so many at least
    max_shared_names: int = 3  # of each sort that count
    other_role: float = 1.0  # points less where both articles give roles, and none is the same
    shared_place: float = 0.5  # each place
    max_shared_places: int = 2
    prevalent: float = 2.0  # nearly all articles of the window that have a bearer of the name have this one
    prevalent_share: float = 0.9  # of them
    prevalent_articles: int = 5  # and so many at least
    declared: float = 2.0  # an article spells the acronym out itself
    enough: float = 2.0  # points where only one bearer is known
    enough_among: float = 3.0  # where several are
    enough_given: float = 4.0  # for a word that is nobody's surname, and somebody's given name
    lead: float = 2.0  # points before the next one
    enough_to_merge: float = 3.5  # two names in full: a wrong merge says something false of every article
    sure_link: float = 0.5  # score of a place's link, below which equal links say nothing
    reason: float = 2.0  # points of one article, for it to explain a short name of an earlier one
    bearers: int = 32  # newest articles with a bearer that are looked at: bounds the work
    open_names: int = 8  # newest short names that a full one may explain
    window_ms: int = 14 * 24 * HOUR_MS  # retention of news.enriched: what comes again is within
    max_articles: int = 100_000  # decisions remembered, whatever the window says: bounds memory
