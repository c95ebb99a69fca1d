"""`newswire card`: how good this release is, measured; and what its models were made of and where they fail."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markdown import Markdown

from streams.cli import quality
from streams.cli.common import verb
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.quality_page import page
from streams.models.pipeline import ARTEFACTS

EXAMPLE = """\
  newswire card                   what was measured: counts, figures, 95 % intervals, floors, aims
  newswire card --html card.html  the same as a page with plots, for a browser
  newswire card --json            the same for a script
  newswire card topics            one model: data, credits, method, figures, limits
  newswire card models | less     those of all models, as Markdown where it is no terminal"""

CARD: Final = "card.md"
ALL: Final = "models"


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "card", run, "print the quality card of this release, or the cards of its models", EXAMPLE)
    sub.add_argument("model", nargs="?", help=f"a model, or `{ALL}` for all (default: the quality card)")
    sub.add_argument("--html", metavar="FILE", type=Path, help="write the quality card there, as a page with plots")
    sub.add_argument("--json", action="store_true", help="print the quality card as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run it; FAILED where a figure is below its floor."""
    if arguments.model is not None:
        if arguments.json or arguments.html is not None:
            raise UserError("--json and --html are of the quality card: leave the model out, or them")
        _show(_models(arguments.model))
        return OK
    card = _quality()
    if arguments.html is not None:
        _write(page(card), arguments.html)
    elif arguments.json:
        print(card.text(), end="")
    else:
        _show([quality.table(card)])
    return OK if all(figure.held for figure in card.figures) else FAILED


def _quality() -> quality.Card:
    try:
        return quality.read()
    except (OSError, ValueError) as error:
        raise UserError(f"this newswire has no quality card, `make quality` writes it: {error}") from None


def _models(wanted: str) -> list[str]:
    cards = {path.parent.name: path for path in sorted(ARTEFACTS.glob(f"*/{CARD}"))}
    if wanted != ALL and wanted not in cards:
        raise UserError(f"no model is called {wanted}; there are {', '.join(cards)}")
    names = list(cards) if wanted == ALL else [wanted]
    return [cards[name].read_text(encoding="utf-8") for name in names]


def _show(texts: list[str]) -> None:
    for text in texts:
        if sys.stdout.isatty():
            Console().print(Markdown(text))
        else:
            print(text)


def _write(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
