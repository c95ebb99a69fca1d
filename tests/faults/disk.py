"""A small disk of its own, to be filled and freed: a tmpfs, which takes the rights to mount."""

import os
import subprocess
from pathlib import Path
from typing import Final

from tests.faults.cleanup import Cleanup

BLOCK: Final = 64 * 1_024


class NoRights(Exception):
    """This user may not mount; the row is skipped, with this reason."""


class Disk:
    """A tmpfs of `mib` MiB."""

    def __init__(self, cleanup: Cleanup, mib: int) -> None:
        self.path = cleanup.folder("disk")
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(self.path)], capture_output=True, check=False
        )
        if mounted.returncode:
            raise NoRights(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
        cleanup.mount(self.path)

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self) -> int:
        """Leave no byte free; return how many were."""
        written = 0
        with self._ballast.open("ab", buffering=0) as file:
            for size in (BLOCK, 512, 1):
                try:
                    while True:
                        written += os.write(file.fileno(), b"\0" * size)
                except OSError:
                    continue
        return written

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink(missing_ok=True)
