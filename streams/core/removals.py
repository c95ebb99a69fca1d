"""What stands in an article's text but is not the article: each rule says what it took out.

The phrases (`boilerplate`) are English, with a few of other languages. Structure, such as a repeated lead or the title
set as the first line, counts in every language.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from streams.contracts.events import Removed
from streams.core.boilerplate import (
    author_noted,
    byline_names,
    is_author_line,
    is_boilerplate,
    is_credit,
    is_farewell,
    is_promotion,
    is_tail_heading,
)
from streams.core.clean_text import ends_sentence, key, reads_as
from streams.core.fields import split_authors


@dataclass(frozen=True, slots=True)
class RemovalPolicy:
    """How bold the rules are."""

    lead_paragraphs: int = 6  # among the first ones even a short paragraph that repeats is a doubled lead
    min_lead_words: int = 5
    min_repeated_words: int = 12  # anywhere; shorter ones may be a refrain or a speaker's "That is right."
    max_subheading_words: int = 8
    max_capitals_words: int = 20  # of a line in capitals: a subheading, or a link to another article
    max_subheading_chars: int = 70
    min_prose_words: int = 12  # of the paragraph after a subheading; list items and captions are shorter
    max_headline_words: int = 20  # of the lines under a tail heading
    max_headlines: int = 30  # under one heading
    credit_paragraphs: int = 6  # credits stand among the last ones
    note_paragraphs: tuple[int, int] = (2, 4)  # notes on the author stand among so many first and last ones
    min_met_words: int = 8  # of a paragraph that makes somebody a person of the story; a byline is shorter


class Outcome(NamedTuple):
    """The paragraphs that stay, what was taken out in reading order, and the authors of a byline line."""

    paragraphs: list[str]
    removed: tuple[Removed, ...]
    authors: tuple[str, ...]


Finding = tuple[int, str]  # index of a paragraph and the rule that takes it out
Rule = Callable[[Sequence[str], str, RemovalPolicy], Iterable[Finding]]

_SPACELESS: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
MAX_PASSES: Final = 8  # articles need two or three; only a text made to keep us busy needs more
_SAID_ENDS: Final = ("”", '"', ")")


def take_out(paragraphs: Sequence[str], title: str, policy: RemovalPolicy, last: Rule | None = None) -> Outcome:
    """Apply every rule until none finds more, so that what stays would stay again.

    The rule `last` sees only what the others leave.
    """
    left = list(enumerate(paragraphs))
    taken: dict[int, Removed] = {}
    rules = _rules()

    def apply(rules: Iterable[Rule]) -> bool:
        nonlocal left
        before = len(taken)
        for rule in rules:
            if found := list(rule([text for _, text in left], title, policy)):
                taken.update((left[at][0], Removed(rule=name, text=left[at][1])) for at, name in found)
                left = [item for item in left if item[0] not in taken]
        return len(taken) > before

    for _ in range(MAX_PASSES):
        if not (apply(rules) or (last is not None and apply((last,)))):
            break
    removed = tuple(taken[at] for at in sorted(taken))
    return Outcome([text for _, text in left], removed, _byline_authors(removed))


def _byline_authors(removed: Iterable[Removed]) -> tuple[str, ...]:
    lines = (item.text for item in removed if item.rule == "byline")
    return split_authors(byline_names(next(lines, "")))


def _repeated_title(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    wanted = key(title)
    found = [at for at, text in enumerate(paragraphs[:2]) if reads_as(text, wanted)]
    # Where it stands twice it may stand again.
    while found and found[-1] + 1 < len(paragraphs) and reads_as(paragraphs[found[-1] + 1], wanted):
        found.append(found[-1] + 1)
    yield from ((at, "repeated_title") for at in found)


def _byline(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    for at, text in enumerate(paragraphs[:-1]):
        if not byline_names(text):
            break
        yield at, "byline"


def _doubled(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, text in enumerate(paragraphs):
        fewest = policy.min_lead_words if at < policy.lead_paragraphs else policy.min_repeated_words
        # A character counts as a word where words are not set apart.
        if len(text) < fewest if _is_spaceless(text) else not _has_words(text, fewest):
            continue
        read = text.casefold().strip(" .…")
        if read in seen:
            yield at, "doubled_lead"
        seen.add(read)


def _each(name: str, tells: Callable[[str], bool]) -> Rule:
    """Return the rule that takes out what `tells` finds; it looks at each paragraph once, however often it is asked."""
    known = cache(tells)

    def rule(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
        return ((at, name) for at, text in enumerate(paragraphs) if known(text))

    return rule


def _author_note(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    first, last = policy.note_paragraphs
    for at, text in enumerate(paragraphs):
        if first <= at < len(paragraphs) - last:
            continue
        if is_author_line(text) or ((name := author_noted(text)) and not _is_met(name, at, paragraphs, title, policy)):
            yield at, "author_note"


def _is_met(name: str, at: int, paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> bool:
    """Tell whether the story speaks of somebody: then a paragraph that presents them belongs to it."""
    surname = name.split()[-1]
    others = (text for other, text in enumerate(paragraphs) if other != at and _has_words(text, policy.min_met_words))
    return surname in title or any(surname in text for text in others)


def _tail(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    end = len(paragraphs)
    while end and (start := _tail_start(paragraphs, end, policy)) < end:
        yield from ((at, "tail") for at in range(start, end))
        end = start


def _tail_start(paragraphs: Sequence[str], end: int, policy: RemovalPolicy) -> int:
    """Return where the last tail before `end` starts: one line, or a heading with headlines under it."""
    if is_farewell(paragraphs[end - 1]) or is_boilerplate(paragraphs[end - 1]):
        return end - 1
    for at in range(end - 1, max(0, end - 2 - policy.max_headlines), -1):
        if is_tail_heading(paragraphs[at]):
            return at
        if not _is_headline(paragraphs[at], policy):
            break
    return end


def _credit(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    for at in range(max(1, len(paragraphs) - policy.credit_paragraphs), len(paragraphs)):
        if is_credit(paragraphs[at]):
            yield at, "credit"


def _subheading(paragraphs: Sequence[str], title: str, policy: RemovalPolicy) -> Iterator[Finding]:
    lines = [at for at in range(1, len(paragraphs) - 1) if _is_heading_line(paragraphs[at], policy)]
    keys = [key(paragraphs[at]) for at in lines]
    times = Counter(keys)
    for at, read in zip(lines, keys, strict=True):
        # A line that comes back names the speaker of an interview.
        between = _is_prose(paragraphs[at - 1], 1) and _is_prose(paragraphs[at + 1], policy.min_prose_words)
        if between and times[read] == 1:
            yield at, "subheading"


def _rules() -> tuple[Rule, ...]:
    """Return the rules for one article, in their order."""
    boilerplate, promotion = _each("boilerplate", is_boilerplate), _each("promotion", is_promotion)
    return (_repeated_title, _byline, _tail, boilerplate, promotion, _credit, _author_note, _doubled, _subheading)


def _is_spaceless(text: str) -> bool:
    return not text.isascii() and _SPACELESS.search(text) is not None


def _has_words(text: str, number: int) -> bool:
    return len(text.split(maxsplit=number)) >= number


def _words(text: str) -> int:
    return len(text.split())


def _is_headline(text: str, policy: RemovalPolicy) -> bool:
    return _words(text) <= policy.max_headline_words and not text.endswith((".", ".”", '."'))


def _is_heading_line(text: str, policy: RemovalPolicy) -> bool:
    if text.isupper() and policy.max_subheading_words < _words(text) <= policy.max_capitals_words:
        return not text.endswith(_SAID_ENDS)
    if len(text) > policy.max_subheading_chars or _words(text) > policy.max_subheading_words:
        return False
    if ends_sentence(text) or text.endswith((",", *_SAID_ENDS)) or _is_spaceless(text):
        return False
    opening = text.lstrip("‘“'\"«¿¡")
    return opening[:1].isalpha() and not opening[:1].islower() and not any(mark in text for mark in "@•")


def _is_prose(text: str, min_words: int) -> bool:
    return _has_words(text, min_words) and ends_sentence(text)
