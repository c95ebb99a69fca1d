"""The golden outputs: a hash of what the seeds become, beside the pipeline id that made it.

`python -m tests.meta.golden` writes it anew, after a change of outcomes that is meant.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from producers.sources.files import read_files
from streams.app import current_pipeline
from streams.cli.enrich import enrich
from streams.settings import load
from tests.expected import FLOW, SEEDS

GOLDEN = Path(__file__).parent / "golden.json"


def golden_of(lines: Iterable[bytes]) -> dict[str, str]:
    """Return the pipeline id and the hash of all outcomes; event ids are left out, the pipeline id is in them.

    So are the paths of files, which are this machine's.
    """
    digest = hashlib.sha256()
    for line in lines:
        event = {name: value for name, value in json.loads(line).items() if name not in ("event_id", "file")}
        digest.update(json.dumps(event, sort_keys=True).encode() + b"\n")
    return {"pipeline": current_pipeline(load()), "sha256": digest.hexdigest()}


def seed_lines(state: Path) -> list[bytes]:
    """Return the outcome lines of all seeds, in the order in which they are published."""
    return list(enrich(read_files([str(SEEDS / name) for name in FLOW]), load(state=state, processes=2)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.write_text(json.dumps(golden_of(seed_lines(Path(folder))), indent=2) + "\n", encoding="utf-8")
    print(GOLDEN.read_text(encoding="utf-8"), end="")
