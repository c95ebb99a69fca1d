"""What a verdict needs is loaded before the first record comes."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import streams.core
from streams.core.dedupe import prepare
from tests.clean_articles import numbered, report
from tests.unit.core.test_dedupe import Fold, other, reworded


def compiled() -> Iterator[tuple[str, Any]]:
    for module in pkgutil.iter_modules(streams.core.__path__, "streams.core."):
        for name, value in vars(import_module(module.name)).items():
            if hasattr(value, "py_func") and value.__module__ == module.name:
                yield f"{module.name}.{name}", value


def test_no_verdict_compiles_anything_that_was_not_prepared() -> None:
    prepare()
    before = {name: set(function.signatures) for name, function in compiled()}
    assert sum(map(bool, before.values())) > 10  # those that are called from Python
    fold = Fold()
    for article in (numbered(1), other(2, reworded(report(1))), numbered(3), other(4, report(1))):
        fold.take(article)
    assert {name: set(function.signatures) for name, function in compiled()} == before
