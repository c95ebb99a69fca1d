"""`newswire reconcile`: is the promise kept? Every raw record against its outcomes, from the topics alone."""

import argparse
import json
import sqlite3
from typing import Any, Final

from streams.cli.common import add_broker_arguments, not_negative, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.proof import Report, prove
from streams.core.reconcile import VIOLATIONS

EXAMPLE = """\
  newswire reconcile                          reads what is new since the last run
  newswire reconcile --wait 30                waits until what was published before has come through
  newswire reconcile --fresh --all            from the beginning; every offset that is wrong is named
  newswire reconcile --json | jq .violations
exit code 0: the promise holds; 1: it is broken, or with --strict something is in flight; 2: could not begin"""

NAMED: Final = 20  # offsets of each kind that are printed without --all


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "reconcile", run, "check that every raw record has exactly one outcome", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="for what is in flight (default: 0)")
    sub.add_argument("--strict", action="store_true", help="what is in flight counts as missing")
    sub.add_argument("--fresh", action="store_true", help="read everything again instead of what is new")
    sub.add_argument("--all", action="store_true", help=f"name every offset, not the first {NAMED} of each kind")
    sub.add_argument("--json", action="store_true", help="print one JSON object, with every offset")
    sub.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings, wait_s = with_broker(arguments), not_negative("--wait", arguments.wait)
    try:
        report = run_async(prove(settings, wait_s=wait_s, fresh=arguments.fresh, quiet=arguments.quiet))
    except sqlite3.Error as error:
        raise UserError(
            f"the checkpoint in {settings.state} cannot be used: {error}: start anew with --fresh"
        ) from None
    holds = report.holds(strict=arguments.strict)
    if arguments.json:
        print(json.dumps(as_json(report, holds=holds)))
    else:
        print("\n".join(lines(report, None if arguments.all else NAMED, holds=holds)))
    return OK if holds else FAILED


def as_json(report: Report, *, holds: bool) -> dict[str, Any]:
    """Return the report as a script wants it."""
    return {
        "holds": holds,
        "records": report.records,
        "outcomes": report.outcomes,
        "superseded": report.superseded,
        "repeats": report.repeats,
        "in_flight": report.in_flight,
        "missing": len(report.violations["missing"]),
        "violations": {kind: _named(found) for kind, found in report.violations.items()},
        "out_of_retention": {
            "offsets": {str(partition): [span.begin, span.end] for partition, span in report.out_of_retention.items()},
            "outcomes": report.outcomes_out_of_retention,
        },
        "cannot_be_told": _named(report.cannot_be_told),
        "copies_of_unknown": _named(report.copies_of_unknown),
        "other_epochs": report.other_epochs,
        "aside": report.aside,
        "behind": report.behind,
        "read": report.read,
        "seconds": round(report.seconds, 3),
    }


def _named(found: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"origin": origin, "detail": detail} for origin, detail in found]


def lines(report: Report, limit: int | None, *, holds: bool) -> list[str]:
    """Return the report as a person reads it; `limit` offsets of each kind, None for all."""
    counts, missing, untold = report.outcomes, len(report.violations["missing"]), len(report.cannot_be_told)
    told = [
        f"raw records {report.records} = enriched {counts['enriched']} + duplicates {counts['duplicate']}"
        f" + dead {counts['dead']} + in flight {report.in_flight} + cannot be told {untold} + missing {missing}",
        f"superseded: enriched {report.superseded['enriched']}, duplicates {report.superseded['duplicate']},"
        f" dead {report.superseded['dead']}; repeated with the same bytes: {report.repeats}",
    ]
    for kind, meaning in VIOLATIONS.items():
        told += _section(f"{kind.replace('_', ' ')}: {meaning}", report.violations[kind], limit)
    told += _section("cannot be told", report.cannot_be_told, limit)
    told += _section("copies of what cannot be checked any more", report.copies_of_unknown, limit)
    told += _set_aside(report)
    if report.in_flight:
        waiting = ", ".join(f"{stage} {count}" for stage, count in report.behind.items() if count)
        told.append(f"in flight, not judged (--wait SECONDS waits for it); records before each stage: {waiting or 0}")
    told.append(f"read {report.read} records in {report.seconds:.1f} s")
    told.append("the promise holds" if holds else "THE PROMISE IS BROKEN")
    return told


def _section(title: str, found: list[tuple[str, str]], limit: int | None) -> list[str]:
    if not found:
        return []
    told = [f"{len(found)} {title}", *(f"  {origin}  {detail}" for origin, detail in found[:limit])]
    if limit is not None and len(found) > limit:
        told.append(f"  and {len(found) - limit} more (--all names them)")
    return told


def _set_aside(report: Report) -> list[str]:
    told = []
    if report.out_of_retention:
        ranges = ", ".join(f"{at}/{span.begin}-{span.end - 1}" for at, span in report.out_of_retention.items())
        told.append(
            f"out of retention, not judged: partition/offsets {ranges};"
            f" {report.outcomes_out_of_retention} outcomes of them were seen"
        )
    for epoch, count in report.other_epochs.items():
        told.append(f"of an earlier topic of that name ({epoch}), not judged: {count} records with an outcome")
    for what, places in report.aside.items():
        told.append(f"{what}: {len(places)}, the last at {places[-1]}")
    return told
