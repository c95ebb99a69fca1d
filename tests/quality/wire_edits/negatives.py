"""Articles that are no copies and look as if: each has other figures, names or text than what came before."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Final, TypeAlias

from tests.quality.wire_edits import templates
from tests.quality.wire_edits.articles import Material
from tests.quality.wire_edits.story import Case, Pool, Story, count_words, first_drawn, words_of
from tests.quality.wire_edits.templates import Template

Series: TypeAlias = Callable[[random.Random, Material, str, int], list[Story]]
"""Returns the articles of the series of this number under addresses that begin alike; none where the dice gave none."""

ATTEMPTS: Final = 20  # draws until the sizes fit
OWN_WORDS: Final = 80  # of a page or column, at least
IN_SERIES: Final = 5  # articles; each after the first is a case
LONG_WORDS: Final = (150, 250)
LONG_SLOTS: Final = (6, 12)
SHORT_WORDS: Final = (60, 260)  # of wire reports whose figures are exchanged
REUSED: Final = (0.20, 0.35)  # of the words of an older article, as background of a new one
_NUMBER: Final = re.compile(r"\d+(?:[.,/-]\d+)*")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_YEARS: Final = (1950, 2039)
_NAME: Final = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]+ )*[A-Z][a-z]+")
CHANGED: Final = 0.5  # of all names and figures of a text that is made a template, at least
KEPT_SLOTS: Final = 0.3  # of the slots of a made template; 6 change whatever is kept

UNRELATED: Final = "unrelated articles"
EVENT: Final = "other outlets on the same event"
SAME_TITLE: Final = "same title, other text"
BACKGROUND: Final = "old words as background"
SITE_TEXT: Final = "pages that share site text"
COLUMNS: Final = "daily columns"
MARKET: Final = "market reports, made"
SPORT: Final = "sports reports, made"
WEATHER: Final = "weather reports, made"
WIRE_FIGURES: Final = "Reuters with other figures"
LONG_MADE: Final = "long templates, made"
LONG_NEWS: Final = "long templates, of articles"
COUNTS: Final = {
    SAME_TITLE: 1_000, BACKGROUND: 1_500, SITE_TEXT: 1_200, COLUMNS: 1_000, MARKET: 600, SPORT: 600, WEATHER: 600,
    WIRE_FIGURES: 1_000, LONG_MADE: 600, LONG_NEWS: 1_400,
}  # fmt: skip


def negatives(material: Material, half: str, seed: int, part: float = 1.0) -> list[Case]:
    """Return the cases of each kind, in a fixed order; `part` of those that are drawn."""
    cases = [Case(UNRELATED, (), story, "different") for story in material.unrelated]
    cases += [Case(EVENT, (first,), later, "different") for first, *rest in material.events for later in rest]
    for kind, count in COUNTS.items():
        make = _pairs if kind in _PAIRS else _series
        cases += make(kind, round(count * part), material, f"{seed} {half}")
    return cases


def _pairs(kind: str, count: int, material: Material, seed: str) -> Iterator[Case]:
    for number in range(count):
        rng = random.Random(f"{seed} {kind} {number}")
        url = f"https://others.net/{kind.replace(' ', '-')}/{number}"
        case = first_drawn(partial(_PAIRS[kind], rng, material, url), ATTEMPTS)
        if case is not None:
            yield case._replace(kind=kind)


def _series(kind: str, count: int, material: Material, seed: str) -> Iterator[Case]:
    made = 0
    for number in range(count):
        rng = random.Random(f"{seed} {kind} {number}")
        found = _SERIES[kind](rng, material, f"https://series.net/{kind.replace(' ', '-')}/{number}", number)
        for story in found[1 : 1 + count - made]:
            made += 1
            yield Case(kind, (found[0],), story, "different")
        if made == count:
            return


def _same_title(rng: random.Random, given: Material, url: str) -> Case | None:
    original, other = rng.choice(given.originals), rng.choice(given.unrelated)
    return Case("", (original,), replace(other, url=url, title=original.title), "different")


def _background(rng: random.Random, given: Material, url: str) -> Case | None:
    """A new story with paragraphs of an older one behind; its own words are as many, or up to three times as many."""
    original, news = rng.choice(given.originals), rng.choice(given.unrelated)
    sizes = [len(words_of([part])) for part in original.paragraphs]
    low, high = (share * sum(sizes) for share in REUSED)
    start = rng.randrange(len(sizes))
    end = start + 1
    while end < len(sizes) and sum(sizes[start:end]) < rng.uniform(low, high):
        end += 1
    reused = sum(sizes[start:end])
    own = _up_to(news, rng.uniform(1, 3) * reused)
    if not low <= reused <= high or len(words_of(own)) < reused:
        return None
    at = rng.randint(len(own) // 2, len(own))  # in the second half of the new story
    parts = (*own[:at], *original.paragraphs[start:end], *own[at:])
    return Case("", (original,), replace(news, url=url, paragraphs=parts), "different")


def _up_to(story: Story, wanted: float) -> tuple[str, ...]:
    end, count = 0, 0
    while end < len(story.paragraphs) and count < wanted:
        count += len(words_of([story.paragraphs[end]]))
        end += 1
    return story.paragraphs[:end]


_PAIRS: Final = {SAME_TITLE: _same_title, BACKGROUND: _background}


def filled(rng: random.Random, template: Template, url: str, count: int) -> list[Story]:
    """Return so many reports of one template; six slots or more hold something else than in the first."""
    first = templates.values(rng, template)
    fillings = [first, *(_refilled(rng, template, first) for _ in range(count - 1))]
    reports = [templates.fill(template, filling) for filling in fillings]
    return [Story(f"{url}/{number}", title, tuple(parts)) for number, (title, parts) in enumerate(reports)]


def _refilled(rng: random.Random, template: Template, first: Mapping[str, str]) -> dict[str, str]:
    other = templates.other_values(rng, template, first)
    may_stay = rng.sample(sorted(first), len(first) - LONG_SLOTS[0])
    return other | {slot: first[slot] for slot in may_stay if rng.random() < KEPT_SLOTS}


def _made(given: Sequence[Template]) -> Series:
    return lambda rng, material, url, number: filled(rng, rng.choice(given), url, IN_SERIES)


def _of_article(rng: random.Random, material: Material, url: str, number: int) -> list[Story]:
    return of_article(rng, material.patterns[number % len(material.patterns)], material.pool, url, IN_SERIES)


def of_article(rng: random.Random, base: Story, pool: Pool, url: str, count: int) -> list[Story]:
    """Return the beginning of an article, and the same with 6 to 12 of its names and figures exchanged throughout.

    Those are most of the names and figures it has. Returns nothing where it has too few or too many.
    """
    for _ in range(12):
        story = replace(base, paragraphs=_up_to(base, rng.uniform(LONG_WORDS[0], LONG_WORDS[1] - 40)))
        places = _places(story)
        low, high = max(LONG_SLOTS[0], ceil(CHANGED * len(places))), min(LONG_SLOTS[1], len(places))
        if LONG_WORDS[0] <= count_words(story) <= LONG_WORDS[1] and low <= high:
            return _series_of(rng, story, rng.sample(places, rng.randint(low, high)), pool, url, count)
    return []


def _wire_figures(rng: random.Random, material: Material, url: str, number: int) -> list[Story]:
    """A short wire report, and the same with all its figures exchanged; six different ones at least."""
    for story in material.reports[number :: COUNTS[WIRE_FIGURES]]:
        figures = list(dict.fromkeys(_NUMBER.findall("\n".join(story.paragraphs))))
        if len(figures) >= LONG_SLOTS[0] and SHORT_WORDS[0] <= count_words(story) <= SHORT_WORDS[1]:
            return _series_of(rng, story, figures, material.pool, url, IN_SERIES)
    return []


def _places(story: Story) -> list[str]:
    """Return the names and figures of a text, each once; of a name and a part of it the whole only."""
    text = "\n".join(story.paragraphs)
    found = list(dict.fromkeys([*_NAME.findall(text), *_NUMBER.findall(text)]))
    return [one for one in found if not any(one != other and one in other for other in found)]


def _series_of(
    rng: random.Random, story: Story, places: Sequence[str], pool: Pool, url: str, count: int
) -> list[Story]:
    others = (_exchanged(story, {place: _other(rng, place, pool) for place in places}) for _ in range(count - 1))
    return [replace(report, url=f"{url}/{number}") for number, report in enumerate((story, *others))]


def _exchanged(story: Story, values: Mapping[str, str]) -> Story:
    """Return the story with other values wherever the given ones stand; a last name alone follows its full name."""
    last = {place.split()[-1]: value.split()[-1] for place, value in values.items() if " " in place}
    every = {**last, **values}
    longest_first = sorted(every, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<![\w.,]){re.escape(place)}(?!\w|[.,]\d)" for place in longest_first))

    def exchange(text: str) -> str:
        return pattern.sub(lambda found: every[found[0]], text)

    return replace(story, title=exchange(story.title), paragraphs=tuple(map(exchange, story.paragraphs)))


def _other(rng: random.Random, place: str, pool: Pool) -> str:
    """Return another name, another year, or another figure of as many digits."""
    while True:
        if _YEAR.fullmatch(place):
            other = str(rng.randint(*_YEARS))
        elif place[0].isdigit():
            other = re.sub(r"\d+", lambda run: str(rng.randrange(10 ** (len(run[0]) - 1), 10 ** len(run[0]))), place)
        else:
            other = rng.choice(pool.names)
        if other != place:
            return other


def _column(rng: random.Random, material: Material, url: str, number: int) -> list[Story]:
    """A column under one title, with one greeting and one farewell, and other text of 150 to 600 words each day."""
    column = rng.choice(templates.COLUMNS)
    days = []
    for day, text in enumerate(_texts(rng, material.columns[number], material)):
        own = _up_to(text, rng.uniform(150, 600))
        days.append(replace(text, url=f"{url}/{day}", title=column.title, paragraphs=templates.around(column, own)))
    return days


def _site(rng: random.Random, material: Material, url: str, number: int) -> list[Story]:
    """Pages of one site: 80 to 400 words of their own between the same lines."""
    site = rng.choice(templates.SITES)
    pages = []
    for page, text in enumerate(_texts(rng, material.pages[number], material)):
        own = _up_to(text, rng.uniform(OWN_WORDS, 400))
        pages.append(replace(text, url=f"{url}/{page}", paragraphs=templates.around(site, own)))
    return pages


def _texts(rng: random.Random, first: Story, material: Material) -> list[Story]:
    """Return the text of the first of a series, and texts of those after it that nothing had come in with before."""
    enough = [story for story in rng.sample(material.unrelated, 5 * IN_SERIES) if count_words(story) >= OWN_WORDS]
    return [first, *enough[: IN_SERIES - 1]]


_SERIES: Final[dict[str, Series]] = {
    SITE_TEXT: _site, COLUMNS: _column, MARKET: _made(templates.MARKET), SPORT: _made(templates.SPORT),
    WEATHER: _made(templates.WEATHER), WIRE_FIGURES: _wire_figures, LONG_MADE: _made(templates.LONG),
    LONG_NEWS: _of_article,
}  # fmt: skip
