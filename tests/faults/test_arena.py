"""How it is judged that work goes on after a fault."""

import random
import time
from pathlib import Path
from unittest.mock import Mock

from tests.faults.arena import Arena
from tests.faults.cleanup import Cleanup


def test_a_partition_that_the_burst_has_missed_gets_articles_from_the_load(tmp_path: Path) -> None:
    load, outputs = Mock(), Mock()
    outputs.first_after.side_effect = lambda *_: {0: 1.0, 1: 1.0 if load.go.called else None}
    with Cleanup() as cleanup:
        arena = Arena(
            "any", cleanup, tmp_path, Mock(), "", tmp_path, {}, load, Mock(), outputs, tmp_path, random.Random(1),
            Mock(), [],
        )  # fmt: skip
        arena.back_to_work(time.time())
    assert arena.round.problems == []
