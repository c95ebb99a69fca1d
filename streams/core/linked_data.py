"""The linked data (JSON-LD, schema.org) that pages carry for search engines."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

MAX_BLOCK_CHARS: Final = 2_000_000  # larger ones are catalogues
MAX_DEPTH: Final = 8  # of objects within objects

_OPENING: Final = re.compile(r"<script\b[^<>]{0,300}\bapplication/ld\+json\b[^<>]{0,300}>", re.IGNORECASE)
_CLOSING: Final = re.compile(r"</script", re.IGNORECASE)


def objects(markup: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of all blocks that can be read, outer ones before inner ones."""
    for opening in _OPENING.finditer(markup):
        closing = _CLOSING.search(markup, opening.end())
        if closing is None:  # nor will there be one for the next
            return
        if closing.start() - opening.end() <= MAX_BLOCK_CHARS:
            yield from _within(_parsed(markup[opening.end() : closing.start()]), MAX_DEPTH)


def _parsed(block: str) -> Any:
    try:
        return json.loads(block, strict=False)
    except (ValueError, RecursionError):  # hand-written blocks are broken at times
        return None


def _within(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth == 0:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _within(part, depth - 1)
