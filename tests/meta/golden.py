"""The golden outputs: a hash of what the seeds become, beside the pipeline id that made it.

`python -m tests.meta.golden` writes it anew, after a change of outcomes that is meant.
"""

import hashlib
import json
import tempfile
from pathlib import Path

from producers.sources.files import read_files
from streams.app import current_pipeline
from streams.cli.enrich import enrich
from streams.settings import load
from tests.expected import SEEDS

GOLDEN = Path(__file__).parent / "golden.json"


def outputs() -> dict[str, str]:
    """Return the pipeline id and the hash of all outcomes; event ids are left out, the pipeline id is in them."""
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as state:
        settings = load(state=Path(state), processes=2)
        paths = [str(SEEDS / "articles.jsonl"), str(SEEDS / "bad_input.jsonl")]
        for line in enrich(read_files(paths), settings):
            event = {name: value for name, value in json.loads(line).items() if name != "event_id"}
            digest.update(json.dumps(event, sort_keys=True).encode() + b"\n")
        return {"pipeline": current_pipeline(settings), "sha256": digest.hexdigest()}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(outputs(), indent=2) + "\n", encoding="utf-8")
    print(GOLDEN.read_text(encoding="utf-8"), end="")
