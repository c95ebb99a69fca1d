"""`newswire diff A B`: what a new model or rule changes, article by article, with a summary."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from streams.cli.common import add_broker_arguments, not_negative, run_async, settings_from, verb
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.progress import Progress
from streams.cli.sides import Pair, Shelf, read_side
from streams.core.diff import Change, Summary, compare
from streams.settings import Settings

EXAMPLE = """\
  newswire diff before.jsonl after.jsonl               two files as `newswire enrich` writes them
  newswire diff live topic:shadow.news --both          the live outcomes against those of `newswire replay`
  newswire diff a.jsonl.gz b.jsonl.gz --limit 0        the summary alone
  newswire diff live topic:shadow.news --both --json | jq -c 'select(.changes)'

Outcomes are aligned by origin, lines of files by their input line. event_id and policy are not compared.
exit code 0: no differences; 1: differences; 2: could not begin"""

LIMIT: Final = 20  # articles shown on a terminal: a screen or two
SHOWN_CHARS: Final = 100  # of a paragraph


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "diff", run, "what differs between two sets of outcomes", EXAMPLE)
    sub.add_argument("before", metavar="A", help="file of outcomes (.jsonl, .gz), topic:NAME, or live")
    sub.add_argument("after", metavar="B", help="the same")
    sub.add_argument(
        "--limit", type=int, metavar="N", help=f"articles shown one by one (default: {LIMIT}; with --json all)"
    )
    sub.add_argument("--tolerance", type=float, default=0.0, metavar="X", help="scores this far apart are the same")
    sub.add_argument("--both", action="store_true", help="leave out what only one side has: B is a part of the stream")
    sub.add_argument("--json", action="store_true", help="one JSON object for each differing record, the summary last")
    sub.add_argument("--quiet", action="store_true", help="no progress")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    if arguments.limit is not None and arguments.limit < 0:
        raise UserError(f"--limit {arguments.limit}: give 0 or more")
    settings = settings_from(arguments)
    tolerance = not_negative("--tolerance", arguments.tolerance)
    with tempfile.TemporaryDirectory(prefix="newswire-diff-") as folder, closing(Shelf(Path(folder))) as shelf:
        _read(shelf, arguments, settings)
        differences = Differences(tolerance, both=arguments.both)
        with Progress("compared", total=shelf.count(), quiet=arguments.quiet) as progress:
            found = differences.over(shelf.pairs(), progress)
            if arguments.json:
                _print_json(found, arguments.limit, differences)
            else:
                shown = list(islice(found, LIMIT if arguments.limit is None else arguments.limit))
                for _ in found:  # the summary counts them all
                    pass
        if not arguments.json:
            _print(Console(highlight=False, soft_wrap=True), arguments, differences, shown)
    return FAILED if differences.any else OK


def _read(shelf: Shelf, arguments: argparse.Namespace, settings: Settings) -> None:
    names = (arguments.before, arguments.after)
    with Progress("read", quiet=arguments.quiet) as progress:
        ways = [run_async(read_side(shelf, side, name, settings, progress)) for side, name in enumerate(names)]
    if all(ways) and ways[0] != ways[1]:
        by = " and ".join(f"{name} by {way}" for name, way in zip(names, ways, strict=True))
        raise UserError(f"the sides cannot be aligned: {by}; compare two files, or two topics")


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that differs; `only_in` is A or B where the other side does not have it."""

    at: str
    title: str
    changes: tuple[Change, ...] = ()
    only_in: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        if self.only_in:
            return {"at": self.at, "title": self.title, "only_in": self.only_in}
        return {"at": self.at, "title": self.title, "changes": [change._asdict() for change in self.changes]}


@dataclass(slots=True)
class Differences:
    """Finds the differing records, and counts."""

    tolerance: float
    both: bool
    summary: Summary = field(default_factory=Summary)
    only_in_a: int = 0
    only_in_b: int = 0

    def over(self, pairs: Iterator[Pair], progress: Progress) -> Iterator[Difference]:
        """Yield what differs, in the order of the records."""
        for pair in pairs:
            progress.advance()
            found = self._compared(pair)
            if found is not None:
                yield found

    def _compared(self, pair: Pair) -> Difference | None:
        if pair.before is None or pair.after is None:
            if self.both:
                return None
            self.only_in_a += pair.after is None
            self.only_in_b += pair.before is None
            return Difference(pair.at, _title(pair), only_in="A" if pair.after is None else "B")
        changes = compare(pair.before, pair.after, tolerance=self.tolerance)
        self.summary.add(changes)
        return Difference(pair.at, _title(pair), tuple(changes)) if changes else None

    @property
    def any(self) -> bool:
        """Whether the sides differ."""
        return bool(self.summary.differing or self.only_in_a or self.only_in_b)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        return {**self.summary.as_dict(), "only_in_a": self.only_in_a, "only_in_b": self.only_in_b}


def _title(pair: Pair) -> str:
    titles = (getattr(side, "title", "") for side in (pair.after, pair.before) if side is not None)
    return next((title for title in titles if title), "")


def _print_json(found: Iterator[Difference], limit: int | None, differences: Differences) -> None:
    for number, difference in enumerate(found):
        if limit is None or number < limit:
            print(json.dumps(difference.as_dict(), ensure_ascii=False))
    print(json.dumps({"summary": differences.as_dict()}, ensure_ascii=False))


def _print(console: Console, arguments: argparse.Namespace, differences: Differences, shown: list[Difference]) -> None:
    summary = differences.summary
    console.print(
        f"A {escape(arguments.before)}, B {escape(arguments.after)}: compared {summary.compared},"
        f" differing {summary.differing}, unchanged {summary.unchanged:.1%},"
        f" only in A {differences.only_in_a}, only in B {differences.only_in_b}"
    )
    counts = differences.as_dict()
    _table(console, ("records", "with a change of"), [(str(n), kind) for kind, n in counts["kinds"].items()])
    _table(console, ("records", "outcome"), [(str(n), change) for change, n in counts["outcomes"].items()])
    marks = ("gained", "lost", "moved")
    rows = [(code, c["label"], *(str(c.get(mark, 0)) for mark in marks)) for code, c in counts["topics"].items()]
    _table(console, ("topic", "", *marks), rows)
    marks = ("gained", "lost", "retyped")
    rows = [(name, *(str(c.get(mark, 0)) for mark in marks)) for name, c in counts["entities"].items()]
    _table(console, ("entities", *marks), rows)
    for difference in shown:
        _print_one(console, difference)
    rest = summary.differing + differences.only_in_a + differences.only_in_b - len(shown)
    if rest > 0:
        console.print(f"[dim]and {rest} more: --limit, or --json for all")


def _table(console: Console, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print()
    console.print(table)


def _print_one(console: Console, difference: Difference) -> None:
    console.print()
    only = f" [yellow]only in {difference.only_in}[/]" if difference.only_in else ""
    console.print(f"[bold]{escape(difference.title or '(no title)')}[/] [dim]{escape(difference.at)}[/]{only}")
    for change in difference.changes:
        console.print("  " + told(change))


def told(change: Change) -> str:
    """Return one line of rich markup about a change."""
    head = f"[cyan]{change.kind.replace('_', ' ')}[/]" + (f" {escape(change.what)}" if change.what else "")
    if change.before is None or change.after is None:
        colour, value = ("green", change.after) if change.before is None else ("red", change.before)
        return f"{head} [{colour}]{escape(_cut(value))}[/]"
    return f"{head} [red]{escape(_cut(change.before))}[/] > [green]{escape(_cut(change.after))}[/]"


def _cut(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{name} {_cut(part)}" for name, part in value.items())
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
