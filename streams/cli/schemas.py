"""`newswire schemas`: JSON Schema of every event, and an AsyncAPI 3 document of the topics."""

import argparse
import json
from pathlib import Path
from typing import Any

from streams.cli.common import settings_from, verb
from streams.cli.errors import OK, UserError
from streams.contracts.schemas import asyncapi, json_schemas

EXAMPLE = """\
  newswire schemas export schemas/        one JSON Schema an event, and asyncapi.json
  newswire schemas show EnrichedArticle   one of them on standard output"""


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "schemas", run, "export JSON Schema and AsyncAPI", EXAMPLE)
    sub.add_argument("action", choices=("export", "show"))
    sub.add_argument("target", help="folder to write to, or name of the event (`asyncapi` for the whole document)")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    documents: dict[str, Any] = {**json_schemas(), "asyncapi": asyncapi(settings_from(arguments).catalogue)}
    if arguments.action == "show":
        if arguments.target not in documents:
            raise UserError(f"no event is called {arguments.target}; there are {', '.join(documents)}")
        print(_text(documents[arguments.target]))
        return OK
    if not arguments.target:
        raise UserError("schemas export: the folder has no name; give . for this one")
    folder = Path(arguments.target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            path = folder / (f"{name}.json" if name == "asyncapi" else f"{name}.schema.json")
            path.write_text(_text(document) + "\n", encoding="utf-8")
            print(path)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    return OK


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
