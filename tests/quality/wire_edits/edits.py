"""What outlets do to a wire report before they print it: one function an edit, its parameters drawn uniformly."""

import html
import random
import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tests.quality.wire_edits import lines
from tests.quality.wire_edits.sentences import merged, replaced, split, trimmed
from tests.quality.wire_edits.story import MIN_KEPT, Edit, Pool, Story
from tests.quality.wire_edits.style import STYLES


def byline(rng: random.Random, story: Story, _: Pool) -> Story:
    """Take the lines above away, or put a byline there."""
    return replace(story, above=() if story.above and rng.random() < 0.5 else (lines.byline(rng),))


def dateline(rng: random.Random, story: Story, _: Pool) -> Story:
    """Take the dateline away, or print another."""
    return replace(story, dateline="" if story.dateline and rng.random() < 0.5 else lines.dateline(rng))


def header(rng: random.Random, story: Story, _: Pool) -> Story:
    """Put an agency header above, or take away what is there."""
    if story.above and rng.random() < 0.5:
        return replace(story, above=())
    return replace(story, above=(lines.header(rng), *story.above))


def footer(rng: random.Random, story: Story, _: Pool) -> Story:
    """Take the lines below away, or add some."""
    return replace(story, below=() if story.below and rng.random() < 0.5 else (*story.below, *lines.footers(rng)))


def cut(rng: random.Random, story: Story, _: Pool) -> Story:
    """Print the first paragraphs only: as many as hold half of the words, or any more."""
    lengths = [len(part.split()) for part in story.paragraphs]
    enough = [n for n in range(1, len(lengths)) if sum(lengths[:n]) >= MIN_KEPT * sum(lengths)]
    return replace(story, paragraphs=story.paragraphs[: rng.choice(enough)]) if enough else story


def dropped(rng: random.Random, story: Story, _: Pool) -> Story:
    """Leave paragraphs out here and there: one to half of them."""
    count = len(story.paragraphs)
    if count < 3:
        return story
    gone = set(rng.sample(range(count), rng.randint(1, count // 2)))
    return replace(story, paragraphs=tuple(part for at, part in enumerate(story.paragraphs) if at not in gone))


def moved(rng: random.Random, story: Story, _: Pool) -> Story:
    """Print one to a third of the paragraphs elsewhere; mostly the lead stays where it is."""
    first = 0 if rng.random() < 0.2 else 1
    parts = list(story.paragraphs[first:])
    if len(parts) < 2:
        return story
    for _move in range(rng.randint(1, max(1, len(parts) // 3))):
        part = parts.pop(rng.randrange(len(parts)))
        parts.insert(rng.randint(0, len(parts)), part)
    return replace(story, paragraphs=(*story.paragraphs[:first], *parts))


def house_style(rng: random.Random, story: Story, _: Pool) -> Story:
    """Apply one to five rules of another house's style to the whole text."""
    styles = rng.sample(STYLES, rng.randint(1, len(STYLES)))

    def restyled(text: str) -> str:
        for style in styles:
            text = style(random.Random(rule_seed), text)  # one rule for the whole text
        return text

    rule_seed = rng.random()
    return replace(story, title=restyled(story.title), paragraphs=tuple(map(restyled, story.paragraphs)))


def title(rng: random.Random, story: Story, _: Pool) -> Story:
    """Write another headline: marked, shortened, turned round, or made from the lead."""
    given, lead = story.title.split(), story.paragraphs[0].split()
    made = (
        f"{rng.choice(('UPDATE 2-', 'Exclusive: ', 'WATCH: ', 'Breaking: '))}{story.title}",
        f"{story.title} {rng.choice(('|', '-', '–'))} {rng.choice(lines.OUTLETS)}",
        " ".join(given[: max(3, rng.randint(len(given) // 2, len(given)))]),
        " ".join(given[len(given) // 2 :] + given[: len(given) // 2]),
        " ".join(lead[: rng.randint(6, 12)]).rstrip(",.;:"),
    )
    return replace(story, title=rng.choice(made))


_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'"})
_DASHES: Final = ("-", "--", "—", "–", " — ", " - ")


def typography(rng: random.Random, story: Story, _: Pool) -> Story:
    """Set quotes, dashes, white space and line breaks by other rules: one to four of them."""
    dash = rng.choice(_DASHES)
    rules: list[Callable[[str], str]] = [
        _curly if rng.random() < 0.5 else lambda text: text.translate(_QUOTES),
        lambda text: re.sub(r"\s*(?:[—–]|--)\s*", dash, text),
        lambda text: re.sub(r"(?<=[.?!]) ", "  ", text) if rng.random() < 0.5 else text.replace(" ", "\u00a0", 9),
        lambda text: text.replace("…", "...").replace(" ...", "..."),
        lambda text: "\n".join(textwrap.wrap(text, 68)),
    ]
    chosen = rng.sample(rules, rng.randint(1, 4))
    return replace(
        _each(story, lambda text: _all(chosen, text)), title=story.title.translate(_QUOTES),
        layout=rng.choice(("\n\n", "\n\n\n", "\n \n", "\r\n\r\n")),
    )  # fmt: skip


def _curly(text: str) -> str:
    text = re.sub(r'"(?=\w)', "“", text).replace('"', "”")
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def _all(rules: Sequence[Callable[[str], str]], text: str) -> str:
    for rule in rules:
        text = rule(text)
    return text


def encoding(rng: random.Random, story: Story, _: Pool) -> Story:
    """Damage or change the encoding in one of the ways feeds do."""
    return _each(story, rng.choice(_ENCODINGS))


def _mojibake(text: str) -> str:
    return text.encode("utf-8", "replace").decode("cp1252", "replace")


def _question_marks(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _entities(text: str) -> str:
    escaped = html.escape(text).replace("&#x27;", "&#39;")
    return "".join(char if char.isascii() else f"&#{ord(char)};" for char in escaped)


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES).translate(str.maketrans("—–", "--")))
    return "".join(char for char in plain if char.isascii())


def _soft_hyphens(text: str) -> str:
    return re.sub(r"([a-z]{4})(?=[a-z]{4})", "\\1\u00ad", text)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


_ENCODINGS: Final[tuple[Callable[[str], str], ...]] = (
    _mojibake, _question_marks, _entities, _latin, _soft_hyphens, _decomposed,
)  # fmt: skip


def _each(story: Story, change: Callable[[str], str]) -> Story:
    return replace(story, paragraphs=tuple(map(change, story.paragraphs)))


def translated(rng: random.Random, story: Story, _: Pool) -> Story:
    """Print site text of another language above, below and between the paragraphs."""
    above, parts, below = list(story.above), list(story.paragraphs), list(story.below)
    for line in lines.translated(rng):
        where = rng.choice((above, parts, below, below))
        where.insert(rng.randint(1, len(where)) if where is parts else len(where), line)
    return replace(story, above=tuple(above), paragraphs=tuple(parts), below=tuple(below))


def dated_before(rng: random.Random, story: Story, pool: Pool) -> Story:
    """Date a copy up to three days before its original, under another byline."""
    original = datetime.fromisoformat(story.published or "2019-05-05T12:00:00+00:00")
    earlier = original - timedelta(minutes=rng.randint(10, 3 * 24 * 60))
    return replace(byline(rng, story, pool), published=earlier.isoformat())


REPLACED: Final = {f"{share} % of the words replaced": replaced(share / 100) for share in (5, 10, 15)}
LIGHT: Final[dict[str, Edit]] = {
    "byline": byline, "dateline": dateline, "agency header": header, "footer": footer, "house style": house_style,
    "title rewritten": title, "quotes, dashes, spaces": typography,
}  # fmt: skip
EDITS: Final[dict[str, Edit]] = LIGHT | {
    "cut after k paragraphs": cut, "paragraphs dropped": dropped, "paragraphs moved": moved, "sentences merged": merged,
    "sentences split": split, "sentences trimmed": trimmed, "encoding": encoding, "translated boilerplate": translated,
} | REPLACED  # fmt: skip
