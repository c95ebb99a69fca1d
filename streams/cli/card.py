"""`newswire card`: what the models in the package were made of, how good they are, and where they fail."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markdown import Markdown

from streams.cli.common import verb
from streams.cli.errors import OK, UserError

EXAMPLE = """\
  newswire card             the cards of all models
  newswire card topics      that of one: data, credits, method, figures, limits
  newswire card ner | less  as Markdown where it is no terminal"""

ARTEFACTS: Final = Path(__file__).parents[1] / "models" / "artefacts"
CARD: Final = "card.md"


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "card", run, "print the quality cards of the models", EXAMPLE)
    sub.add_argument("model", nargs="?", help="one of them (default: all)")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    cards = {path.parent.name: path for path in sorted(ARTEFACTS.glob(f"*/{CARD}"))}
    if arguments.model is not None and arguments.model not in cards:
        raise UserError(f"no model is called {arguments.model}; there are {', '.join(cards)}")
    for name in [arguments.model] if arguments.model else list(cards):
        text = cards[name].read_text(encoding="utf-8")
        if sys.stdout.isatty():
            Console().print(Markdown(text))
        else:
            print(text)
    return OK
