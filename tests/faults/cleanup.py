"""What must be gone when the suite is gone: processes, mounts, folders, noted with a reaper that outlives us."""

import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

REAPER: Final = Path(__file__).with_name("reaper.py")
REAP_SECONDS: Final = 30.0


class Cleanup:
    """A `with` block around everything that is started; what is noted inside is cleaned up behind it."""

    def __enter__(self) -> Self:
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(REAPER)], stdin=subprocess.PIPE, start_new_session=True, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._reaper.stdin is not None
        self._reaper.stdin.close()
        self._reaper.wait(REAP_SECONDS)

    def session(self, pid: int) -> None:
        """End this session (its leader's pid) and all that it started."""
        self._note("session", str(pid))

    def mount(self, path: Path) -> None:
        """Unmount this."""
        self._note("mount", str(path))

    def folder(self, prefix: str) -> Path:
        """Return a new temporary folder, removed at the end."""
        path = Path(tempfile.mkdtemp(prefix=f"newswire-faults-{prefix}-"))
        self._note("folder", str(path))
        return path

    def _note(self, kind: str, what: str) -> None:
        assert self._reaper.stdin is not None
        self._reaper.stdin.write(f"{kind} {what}\n")
        self._reaper.stdin.flush()
