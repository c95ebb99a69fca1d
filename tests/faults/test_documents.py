"""Every test that docs/delivery.md names is there."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DELIVERY = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    sources: dict[str, str] = defaultdict(str)  # of all files of one name
    for path in (ROOT / "tests").rglob("test_*.py"):
        sources[path.name] += path.read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", DELIVERY)
    assert named
    missing = [f"{file}::{test}" for file, test in named if f"def {test}" not in sources.get(file, "")]
    alone = [test for test in re.findall(r"`(test_\w+)`", DELIVERY) if f"def {test}(" not in "".join(sources.values())]
    assert not missing + alone
