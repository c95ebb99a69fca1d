import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.broker.errors import BrokerError
from streams.broker.lock import lock_folder


def test_a_second_broker_is_refused_at_once_while_the_first_lives(tmp_path: Path) -> None:
    held = lock_folder(tmp_path, patience_s=0)
    started = time.monotonic()
    with pytest.raises(BrokerError) as caught:
        lock_folder(tmp_path, patience_s=60)
    assert time.monotonic() - started < 30
    assert str(caught.value) == (
        f"the broker folder {tmp_path} is in use by process {os.getpid()}: stop that one first, or use another folder"
    )
    os.close(held)
    os.close(lock_folder(tmp_path, patience_s=0))


def test_the_broker_of_a_dead_parent_is_waited_for(tmp_path: Path) -> None:
    held = lock_folder(tmp_path, patience_s=0)
    heir = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[held])
    os.close(held)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "lock").write_text(str(gone.pid))  # the owner that was killed; its heir still holds the lock
    try:
        with pytest.raises(BrokerError, match="in use"):
            lock_folder(tmp_path, patience_s=0)
        assert heir.stdin is not None
        heir.stdin.close()
        os.close(lock_folder(tmp_path, patience_s=60))
    finally:
        heir.kill()
        heir.wait()
