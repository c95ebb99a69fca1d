"""Whatever changes an outcome changes the pipeline id."""

import json

from tests.meta.golden import GOLDEN, outputs


def test_outcomes_and_pipeline_id_change_together() -> None:
    golden, now = json.loads(GOLDEN.read_text(encoding="utf-8")), outputs()
    if now["sha256"] != golden["sha256"]:
        assert now["pipeline"] != golden["pipeline"], (
            "the seeds' outcomes changed and the pipeline id did not: count up the POLICY_VERSION of the stage that "
            "changed (streams/core), then `python -m tests.meta.golden`"
        )
    assert now == golden, "a new pipeline: if the change is meant, `python -m tests.meta.golden` and commit golden.json"
