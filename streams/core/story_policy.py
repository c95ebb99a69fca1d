"""The numbers that decide which story an article belongs to."""

from dataclasses import dataclass

from streams.core.policy import Policy


@dataclass(frozen=True, slots=True)
class StoryPolicy(Policy):
    """Every number that a story assignment depends on; docs/quality.md has what each is worth."""

    threshold: float = 0.15  # of nearness less the rival's share
    neighbours: int = 2  # members compared with: a mean lets a story move on, the nearest alone lets it drift
    rivalry: float = 0.5  # of the nearness to the next story: an article as near to many is about their common subject
    merge_threshold: float = 0.15  # the same for the second story, where both are to become one
    merge_bond: float = 0.12  # nearness of two stories' own articles, the mean of the two nearest pairs
    shared_terms: int = 2  # rare terms that two articles of one story have in common at least
    rare_articles: int = 10  # a term is rare that stands in so many articles of the window
    rare_share: float = 0.01  # and this share of them
    window_hours: int = 72  # between dates of publication; an older story is not continued but told anew
    fresh_hours: int = 12  # apart, and as near as at the same moment: many dates are mere days
    half_life_hours: int = 48  # nearness halves with each of these beyond: the next days' news is on the same subjects
    undated_hours: int = 30  # that articles count as apart of which one has no date
    lead_words: int = 200  # the inverted pyramid: who, what and where stand on top; more is background
    title_weight: int = 4  # a word of the headline counts as if said four times more
    name_weight: int = 2  # names tell events apart, verbs do not
    compared_terms: int = 80  # of the arriving article; what the others say of it stands in fewer (`MAX_TERMS`)
    bucket: int = 32  # newest articles looked at under one term: bounds the work
    candidates: int = 16  # articles compared with
