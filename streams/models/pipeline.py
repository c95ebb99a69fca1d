"""The version of everything that decides: it stands in every event, so that a reader knows what made it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from streams import __version__

ARTEFACTS = Path(__file__).parent / "artefacts"


def pipeline_id(policies: Iterable[object], artefacts: Path = ARTEFACTS) -> str:
    """Return package version + the first 12 hex digits of a sha256 over the model files and the policies.

    Cards and notes do not take part: they decide nothing.
    """
    digest = hashlib.sha256()
    for path in sorted(artefacts.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            digest.update(path.relative_to(artefacts).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    for policy in policies:
        digest.update(repr(policy).encode() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:12]}"
