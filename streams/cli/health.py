"""`newswire health`: does the worker make progress? For container health checks and people."""

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from streams import health
from streams.cli.common import settings_from, verb
from streams.cli.errors import FAILED, OK, UserError

EXAMPLE = """\
  newswire health                  every worker of this state folder; exit 1 and one line when one stands still
  newswire health --slot a         the worker of this slot alone
  newswire health --json           what it reads, with the verdict"""


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "health", run, "say whether the workers of this state folder make progress", EXAMPLE)
    sub.add_argument("--slot", help="the worker with this NEWSWIRE_SLOT (default: all of the state folder)")
    sub.add_argument("--json", action="store_true", help="print one JSON object a worker")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = settings_from(arguments)
    try:
        if arguments.slot:
            reports = [health.read(health.path_of(settings.state, arguments.slot, 0))]
        else:
            reports = health.read_all(settings.state)
    except health.NoReport as error:
        raise UserError(str(error), FAILED) from None
    now = time.time()
    verdicts = [health.verdict(report, now, settings.health_seconds) for report in reports]
    for report, stalled in zip(reports, verdicts, strict=True):
        if arguments.json:
            print(json.dumps({**asdict(report), "healthy": stalled is None, "stalled": stalled}))
        else:
            print(stalled or f"worker {report.slot or report.pid}: makes progress")
    return FAILED if any(verdicts) else OK
