"""The state folder: made and checked by the verbs that write below it, before they do anything else."""

import os
from pathlib import Path

from streams.cli.errors import UserError


def usable(folder: Path) -> Path:
    """Return the folder, made where it was missing.

    Rights are asked for instead of tried: a disk that is full now must not keep a worker from starting.

    Raises:
        UserError: it cannot be made, or not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _unusable(folder, "it is not a folder") from None
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable(folder, "it may not be written")
    return folder


def _unusable(folder: Path, reason: str) -> UserError:
    return UserError(
        f"the state folder {folder} cannot be used: {reason}: set NEWSWIRE_STATE to a folder that this user may write, "
        "or correct its rights"
    )
