"""What `newswire explain` found, on a terminal: the verdict, what it rests on, both texts side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.cli.letterbox import moment
from streams.cli.sought import Sought
from streams.contracts.events import Changes
from streams.core.align import Difference, Piece, Row
from streams.core.explain import WORDS, Explanation, Recorded, Side, told
from streams.core.fingerprint import MAX_SHINGLES
from streams.core.slots import Slot, Slots

SHOWN: Final = 12  # figures and names of a kind; --json has all
SIGNS: Final[dict[Difference, str]] = {"same": " ", "altered": "~", "removed": "-", "added": "+"}
OLD, NEW = "red", "green"


@dataclass(frozen=True, slots=True)
class Explained:
    """Two articles, the earlier one first, each under the name that it was given as (A or B), and what was found."""

    names: tuple[str, str]
    sought: tuple[Sought, Sought]
    order: str  # how it is known which is the earlier
    explanation: Explanation
    otherwise: str  # where today's policy would decide otherwise than was recorded

    @property
    def sides(self) -> tuple[Side, Side]:
        """The two as they are compared."""
        return self.explanation.earlier, self.explanation.later


def show(console: Console, found: Explained, *, brief: bool) -> None:
    """Print it all; `brief` leaves the texts out."""
    explanation, (earlier, later) = found.explanation, found.names
    colour = {"near_copy": "yellow", "new": "green"}.get(explanation.verdict, "cyan")
    console.print(Text(explanation.headline, style=f"bold {colour}"))
    console.print(Text(f"{earlier} is the earlier one, the canonical candidate ({found.order})"))
    console.print(Text(explanation.meaning))
    _section(console, "", _articles(found))
    _section(console, "recorded", _recorded(found))
    _section(console, "evidence", _evidence(found))
    _section(console, f"thresholds of the policy, {explanation.policy}", _thresholds(explanation))
    _section(console, "figures", _slots(explanation.figures, earlier, later, console))
    _section(console, "names", _slots(explanation.names, earlier, later, console))
    _section(console, "passed over: not compared", _passed_over(found))
    if not brief:
        console.print()
        console.print(_texts(console, found))


def _section(console: Console, title: str, lines: Iterator[tuple[str, Text]]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(Text(name), text)
    if table.row_count:
        console.print()
        if title:
            console.print(Text(title, style="bold"))
        console.print(table)


def _articles(found: Explained) -> Iterator[tuple[str, Text]]:
    for name, sought, side in zip(found.names, found.sought, found.sides, strict=True):
        article = side.article
        arrived = [f"arrived {moment(sought.arrived_at)}"] if sought.arrived_at is not None else []
        facts = [f"{side.marks.words} words compared", *arrived, *sought.remarks]
        origin = [sought.origin] if sought.origin not in ("", sought.given) else []
        yield (
            name,
            Text(f"{' '.join([sought.given, *origin])}\n{article.source} {article.article_id}\n{', '.join(facts)}"),
        )


def _recorded(found: Explained) -> Iterator[tuple[str, Text]]:
    for name, sought in zip(found.names, found.sought, strict=True):
        if sought.recorded is not None:
            yield name, Text(recorded_line(sought.recorded, found))
    if found.otherwise:
        yield "", Text(found.otherwise, style="bold magenta")


def recorded_line(recorded: Recorded, found: Explained) -> str:
    """Return what was decided on an article when it came in."""
    made = f"pipeline {recorded.pipeline}"
    if recorded.verdict in ("new", "revised", "corrected", "replaced"):
        return f"{recorded.verdict}, {made}"
    known = {s.article.article_id: n for n, s in zip(found.names[::-1], found.sought[::-1], strict=True)}
    of = known.get(recorded.canonical_id) or f"another article, {recorded.canonical_id}"
    rule = f"{recorded.rule}, score {told(recorded.score)}"
    return f"{WORDS[recorded.verdict]} of {of}: {rule}, policy {recorded.policy}, {made}"


def _evidence(found: Explained) -> Iterator[tuple[str, Text]]:
    explanation, (a, b) = found.explanation, found.names
    facts, words, text = explanation.match.evidence, explanation.text.words, explanation.text
    sample = " of those in a sample" if any(side.marks.shingle_count > MAX_SHINGLES for side in found.sides) else ""
    yield (
        "runs of five words",
        Text(
            f"{facts['shared_shingles']} in both{sample}; Jaccard {told(float(facts['jaccard']))},"
            f" {told(float(facts['containment_of_canonical']))} of {a} in {b},"
            f" {told(float(facts['containment']))} of {b} in {a}"
        ),
    )
    yield "words", Text(f"{words.same} in both, {words.only_earlier} only in {a}, {words.only_later} only in {b}")
    counts = {change: text.paragraphs(change) for change in SIGNS}
    yield (
        "paragraphs",
        Text(
            f"{counts['same']} the same, {counts['altered']} altered, {counts['removed']} only in {a},"
            f" {counts['added']} only in {b}"
        ),
    )
    if explanation.event_changes is not None:
        yield "changes", Text(f"{_named(explanation.event_changes)} (as events name them: paragraphs count from 0)")
    for name, side in zip(found.names, found.sides, strict=True):
        if side.reading.note:
            yield "correction note", Text(f"{name}: {' '.join(side.reading.note.split())}")
        if side.marks.bare:
            yield "bare", Text(f"{name} mentions nothing of its title")


def _named(changes: Changes) -> str:
    places = {what: getattr(changes, what) for what in ("added", "removed", "altered", "moved")}
    named = [f"{what} {', '.join(map(str, at))}" for what, at in places.items() if at]
    title = ["title"] if changes.title else []
    note = ["note"] if changes.note else []
    return "; ".join([*title, *named, *note]) or "nothing"


def _thresholds(explanation: Explanation) -> Iterator[tuple[str, Text]]:
    if not explanation.thresholds:
        yield "none", Text("identities and words alone decided")
    for asked in explanation.thresholds:
        yield f"{'met' if asked.met else 'not met':<7} {asked.name}", Text(f"{asked.compared}: {asked.what}")


def _slots(slots: Slots, a: str, b: str, console: Console) -> Iterator[tuple[str, Text]]:
    if not (slots.same or slots.other or slots.only_earlier or slots.only_later):
        return
    sample = "; those of a sample" if slots.sampled else ""
    yield "in equal surroundings", Text(f"{len(slots.same)} equal, {len(slots.other)} other{sample}")
    others = dict.fromkeys((pair.earlier.text, pair.later.text) for pair in slots.other)  # a run of names once
    marked = {(pair.earlier.text, pair.later.text): pair for pair in slots.other}
    for texts in list(others)[:SHOWN]:
        one, other = marked[texts]
        yield "", Text.assemble(_slot(one, OLD, console), " | ", _slot(other, NEW, console))
    if len(others) > SHOWN:
        yield "", Text(f"and {len(others) - SHOWN} more (--json has them)")
    for name, found in (
        ("equal", [pair.later for pair in slots.same]),
        (f"only in {a}", slots.only_earlier),
        (f"only in {b}", slots.only_later),
    ):
        if found:
            yield name, Text(_listed(found))


def _slot(slot: Slot, style: str, console: Console) -> Text:
    value = Text(slot.value, style=f"bold {style}") if _is_coloured(console) else Text(slot.value)
    return Text.assemble(slot.before, value, slot.after)


def _listed(slots: Sequence[Slot]) -> str:
    more = f" and {len(slots) - SHOWN} more" if len(slots) > SHOWN else ""
    return f"{len(slots)}: {', '.join(slot.value for slot in slots[:SHOWN])}{more}"


def _passed_over(found: Explained) -> Iterator[tuple[str, Text]]:
    for name, side in zip(found.names, found.sides, strict=True):
        part = side.substance
        for removed in side.article.removed:  # before dedupe saw it
            yield f"{name} {removed.rule}", Text(" ".join(removed.text.split()))
        for line in part.header:
            yield f"{name} header", Text(line)
        for what, text in (("dateline", part.dateline), ("credits", part.credits)):
            if text:
                yield f"{name} {what}", Text(text.strip())
        for line in part.footer:
            yield f"{name} footer", Text(line)
        for line in part.captions:
            yield f"{name} captions", Text(line)


def _texts(console: Console, found: Explained) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, leading=1)
    table.add_column("", width=1)
    for name in (f"{found.names[0]}, the earlier", f"{found.names[1]}, the later"):
        table.add_column(name, ratio=1, overflow="fold")
    title = found.explanation.titles.rows[0]
    table.add_row(SIGNS[title.change], *_cells(title, console), style="bold")
    for row in found.explanation.text.rows:
        table.add_row(SIGNS[row.change], *_cells(row, console))
    return table


def _cells(row: Row, console: Console) -> tuple[Text, Text]:
    coloured = _is_coloured(console)
    pieces = row.pieces or (Piece(row.change, row.earlier, row.later),)
    old, new = ((OLD, "", ""), (NEW, "", "")) if coloured else (("", "[-", "-]"), ("", "{+", "+}"))
    return (
        Text.assemble(*(_marked(p.earlier, p.change, _common_end(p), *old) for p in pieces)),
        Text.assemble(*(_marked(p.later, p.change, _common_end(p), *new) for p in pieces)),
    )


def _common_end(piece: Piece) -> int:
    """Return how many characters of punctuation both end with: they are no difference."""
    pairs = zip(reversed(piece.earlier), reversed(piece.later), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1] and not pair[0].isalnum(), pairs)))


def _marked(text: str, change: Difference, unmarked: int, style: str, before: str, after: str) -> Text:
    inner = text[: len(text) - unmarked].strip()
    if change == "same" or not inner:
        return Text(text)
    start = text.index(inner)
    return Text.assemble(text[:start], (f"{before}{inner}{after}", style), text[start + len(inner) :])


def _is_coloured(console: Console) -> bool:
    return console.color_system is not None and not console.no_color
