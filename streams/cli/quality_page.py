"""The quality card as a page of its own: figures, intervals, floors and aims as plots; no script, no network."""

from collections.abc import Sequence
from html import escape
from typing import Final

from streams.cli.quality import HEAD, Card, Figure, cells, percent, summary

WIDTH: Final = 360  # pixels of a plot
HEIGHT: Final = 22
MARGIN: Final = 6  # pixels left and right of it
LEAST_SPAN: Final = 0.02  # a plot shows at least two points of a percentage
STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; margin: .5rem 0 2rem } td, th { padding: .15rem .6rem; text-align: left }
td:nth-child(n+3):nth-child(-n+7), th:nth-child(n+3):nth-child(-n+7) { text-align: right; white-space: nowrap }
tr:nth-child(even) { background: #f4f4f2 } .FAIL { color: #b00020; font-weight: bold } .pass { color: #1b6e3a }
.note { color: #555; margin: 0 } h2 { margin-bottom: .2rem; font-size: 1.1rem }
"""
LEGEND: Final = "dot: figure; line: 95 % interval; grey bar: floor; hollow bar: aim"


def page(card: Card) -> str:
    """Return the whole page."""
    parts = [f"<p>{escape(line)}</p>" for line in summary(card)]
    for name, measure in card.measures.items():
        rows = [figure for figure in card.figures if figure.measure == name]
        parts.append(f"<h2>{escape(name)}: {escape(measure.about)}</h2>")
        parts.append(f'<p class="note">n: {escape(measure.counted)}. Data: {escape(", ".join(measure.data))}.</p>')
        parts.append(_table(rows))
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>newswire: quality card</title>'
        f"<style>{STYLE}</style>\n<h1>Quality card</h1>\n<p>{LEGEND}</p>\n{body}\n</html>\n"
    )


def _table(rows: Sequence[Figure]) -> str:
    low, high = _range(rows)
    part, *others = HEAD
    scale = f"{percent(low)} to {percent(high)} %"
    head = "".join(f"<th>{escape(each)}</th>" for each in (part, scale, *others))
    lines = []
    for row in rows:
        name, *told = cells(row)
        verdict = told.pop()
        shown = "".join(f"<td>{escape(each)}</td>" for each in told)
        lines.append(
            f"<tr><td>{escape(name)}</td><td>{_plot(row, low, high)}</td>{shown}"
            f'<td class="{verdict.partition(",")[0]}">{escape(verdict)}</td></tr>'
        )
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"


def _range(rows: Sequence[Figure]) -> tuple[float, float]:
    """Return the scale of a measure: all that is drawn, and at least LEAST_SPAN."""
    given = [each for row in rows for each in (row.value, row.low, row.high, row.floor, row.aim) if each is not None]
    low, high = min(given), max(given)
    return (low, high) if high - low >= LEAST_SPAN else (max(0.0, high - LEAST_SPAN), max(high, LEAST_SPAN))


def _plot(row: Figure, low: float, high: float) -> str:
    middle = HEIGHT / 2

    def x(value: float) -> str:
        return f"{MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / (high - low):.1f}"

    marks = [f'<rect x="{x(row.floor)}" y="3" width="3" height="{HEIGHT - 6}" fill="#999"/>']
    if row.aim is not None:
        shape = f'y="3" width="3" height="{HEIGHT - 6}" fill="none" stroke="#777"'
        marks.append(f'<rect x="{x(row.aim)}" {shape}/>')
    colour = "#1b6e3a" if row.held else "#b00020"
    if row.low is not None and row.high is not None:
        ends = f'x1="{x(row.low)}" x2="{x(row.high)}" y1="{middle}" y2="{middle}"'
        marks.append(f'<line {ends} stroke="{colour}" stroke-width="2"/>')
    marks.append(f'<circle cx="{x(row.value)}" cy="{middle}" r="4" fill="{colour}"/>')
    return f'<svg width="{WIDTH}" height="{HEIGHT}" role="img">{"".join(marks)}</svg>'
