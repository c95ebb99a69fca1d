"""What is read from the logs of workers that were killed."""

from pathlib import Path

from tests.faults.cleanup import Cleanup
from tests.faults.workers import Worker

STARTED = b'{"stages": ["dedupe"], "pipeline": "%s", "event": "worker.starting", "level": "info"}\n'


def test_a_start_is_found_behind_a_line_that_a_kill_has_torn(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(STARTED % b"1" + b'{"stage": "dedupe", "skipped": {"entities"' + STARTED % b"2")
    with Cleanup() as cleanup:
        assert Worker("a", {}, tmp_path, log, cleanup).versions() == {"1", "2"}
