"""The score card: figures with their intervals, and what goes wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Final

from tests.quality.stories import metrics
from tests.quality.stories.data import NO_EVENT, SEED, Told, events
from tests.quality.stories.runs import OutOfOrder, Stories

TITLE_CHARS: Final = 40
MEASURES: Final = {
    "ARI, events": metrics.adjusted_rand_events, "ARI, all": metrics.adjusted_rand,
    "B³ precision": metrics.b_cubed_precision, "B³ recall": metrics.b_cubed_recall, "B³ F1": metrics.b_cubed_f1,
}  # fmt: skip


def table(rows: Mapping[str, metrics.Counts]) -> str:
    """Return all measures of each row, with 95 % intervals over samples of the events."""
    lines = [_line("", MEASURES), _line("---", ["---"] * len(MEASURES))]
    lines += [
        _line(name, [_with_interval(measure, counts) for measure in MEASURES.values()]) for name, counts in rows.items()
    ]
    return "\n".join(lines)


def _with_interval(measure: metrics.Measure, counts: metrics.Counts) -> str:
    low, high = metrics.interval(measure, counts, SEED)
    return f"{measure(counts):.3f} ({low:.2f} to {high:.2f})"


def _line(name: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join((name, *cells))} |"


def orders_table(rows: Mapping[str, Sequence[OutOfOrder]]) -> str:
    """Return what other orders of arrival change: the mean of each measure, and the least."""
    lines = [
        _line("", ["to in-order, events", "to in-order, all", *MEASURES]),
        _line("---", ["---"] * (2 + len(MEASURES))),
    ]
    for name, found in rows.items():
        columns = [[each.alike_events for each in found], [each.alike for each in found]]
        columns += [[measure(each.counts) for each in found] for measure in MEASURES.values()]
        lines.append(_line(name, [f"{mean(column):.3f} (least {min(column):.3f})" for column in columns]))
    return "\n".join(lines)


def faults(articles: Sequence[Told], stories: Stories) -> str:
    """Return which events are torn apart, and which stories mix events or take in the background."""
    return "\n".join([*_torn(articles, stories), *_mixed(articles, stories)])


def _torn(articles: Sequence[Told], stories: Stories) -> Iterator[str]:
    for number, (title, _) in enumerate(events()):
        parts = Counter(stories[item.article.article_id] for item in articles if item.event == number)
        if len(parts) > 1:
            yield f"  torn: {_short(title)}: {sorted(parts.values(), reverse=True)}"


def _mixed(articles: Sequence[Told], stories: Stories) -> Iterator[str]:
    members: dict[str, list[Told]] = {}
    for item in articles:
        members.setdefault(stories[item.article.article_id], []).append(item)
    for found in members.values():
        told_of = {item.event for item in found}
        if len(told_of) > 1:
            yield f"  mixed: {'; '.join(_short(item.article.title) for item in found)}"
        elif told_of == {NO_EVENT} and len(found) > 1:
            yield f"  background: {'; '.join(_short(item.article.title) for item in found)}"


def _short(title: str) -> str:
    return title[:TITLE_CHARS]
