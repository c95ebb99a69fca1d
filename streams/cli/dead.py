"""`newswire dead`: the dead letters: list them, look at one, send their records through the pipeline again."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.letterbox import Filter, Letter, add_filters, filter_from, is_origin, moment, read_letters
from streams.cli.redrive import Plan, plan, send
from streams.cli.scan import scanner
from streams.settings import Settings

EXAMPLE = """\
  newswire dead list --since 1d                       a table, and counts by reason
  newswire dead list --stage extract --json           one JSON object a line (the default when piped)
  newswire dead show 2/17                             by the end of its origin (partition/offset), or by event_id
  newswire dead show 2/17 --raw > record.json         the very bytes
  newswire dead redrive --reason no_text --dry-run    what would be sent
  newswire dead redrive 2/17 2/18                     these, through the pipeline again, as the next attempt
exit code of redrive: 0 all were sent, 1 some were skipped (each with its reason); of show: 1 no such letter"""

SHOWN_BYTES: Final = 20_000  # of a record on a terminal; --raw writes all


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "dead", run, "dead letters: list, show, redrive", EXAMPLE)
    does = sub.add_subparsers(dest="does", metavar="list|show|redrive", required=True)
    listed = does.add_parser("list", help="letters, and counts by reason")
    add_filters(listed)
    listed.add_argument("--origin", help="only this origin, or the end of one: 2/17")
    listed.add_argument("--limit", type=int, metavar="N", help="the newest N only")
    listed.add_argument("--json", action="store_true", help="one JSON object a line (the default when piped)")
    shown = does.add_parser("show", help="one letter and its record")
    shown.add_argument("letter", metavar="ORIGIN|EVENT_ID", help="origin, the end of one (2/17), or event_id")
    shown.add_argument("--raw", action="store_true", help="write the record's bytes and nothing else")
    again = does.add_parser("redrive", help="send records through the pipeline again")
    add_filters(again)
    again.add_argument("origins", nargs="*", metavar="ORIGIN", help="only these")
    again.add_argument("--all", action="store_true", help="every letter there is; needed when nothing restricts")
    again.add_argument("--again", action="store_true", help="also what a later attempt has superseded")
    again.add_argument("--dry-run", action="store_true", help="send nothing; say what would be sent")
    again.add_argument("--json", action="store_true", help="print one JSON object")
    for each in (listed, shown, again):
        add_broker_arguments(each)
        each.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    match arguments.does:
        case "list":
            if arguments.limit is not None and arguments.limit < 1:
                raise UserError(f"--limit {arguments.limit}: give 1 or more")
            chosen = filter_from(arguments, (arguments.origin,) if arguments.origin else ())
            return _list(run_async(_read(settings, chosen)), arguments)
        case "show":
            return _show(run_async(_read(settings, Filter(origins=(arguments.letter,)))), arguments)
    chosen = filter_from(arguments, arguments.origins)
    if chosen.is_open and not arguments.all:
        raise UserError("dead redrive: name origins, give --stage, --reason, --message or --since, or say --all")
    return _redriven(run_async(_redrive(settings, chosen, arguments)), arguments)


async def _read(settings: Settings, chosen: Filter) -> list[Letter]:
    async with scanner(settings.connection) as scan:
        return await read_letters(scan, settings.catalogue.dead, chosen)


def _list(letters: Sequence[Letter], arguments: argparse.Namespace) -> int:
    shown = letters if arguments.limit is None else letters[-arguments.limit :]
    if arguments.json or not sys.stdout.isatty():
        for letter in shown:
            print(json.dumps(letter.as_json()))
        return OK
    console = Console()
    table = Table("written", "origin", "attempt", "stage", "reason", "message")
    for letter in shown:
        event = letter.event
        message = escape(event.message)
        place = "/".join(letter.headers.origin.split("/")[-2:])
        table.add_row(moment(letter.written), place, str(event.attempts), event.stage, event.reason, message)
    console.print(table)
    counts = Counter(letter.event.reason for letter in letters)
    console.print(f"{len(letters)} dead letters", *(f"{reason} {count}" for reason, count in counts.most_common()))
    return OK


def _show(letters: Sequence[Letter], arguments: argparse.Namespace) -> int:
    if not letters:
        print(f"newswire: no dead letter has the origin or event_id {arguments.letter}", file=sys.stderr)
        return FAILED
    if len({letter.headers.origin for letter in letters}) > 1:
        origins = ", ".join(sorted({letter.headers.origin for letter in letters}))
        raise UserError(f"{arguments.letter} is the end of several origins: {origins}: give one of them")
    letter = max(letters, key=lambda one: (one.headers.attempt, one.written, one.offset))
    value = letter.carried
    if arguments.raw:
        if value is None:
            print(f"newswire: the letter carries no bytes ({letter.event.size} were given)", file=sys.stderr)
            return FAILED
        sys.stdout.buffer.write(value)
        return OK
    for name, fact in letter.as_json().items():
        print(f"{name:<12} {fact}")
    others = sorted({one.headers.attempt for one in letters} - {letter.headers.attempt})
    if others:
        print(f"{'also':<12} letters of attempt {', '.join(map(str, others))}")
    print()
    print("(the letter carries no bytes)" if value is None else readable(value))
    return OK


def readable(value: bytes) -> str:
    """Return bytes as text: JSON indented, what is no UTF-8 or no printable character escaped, cut when long."""
    try:
        text = json.dumps(json.loads(value), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = value.decode("utf-8", errors="backslashreplace")
    shown = "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text[:SHOWN_BYTES])
    return shown if len(text) <= SHOWN_BYTES else f"{shown}\n… {len(text) - SHOWN_BYTES} more characters (--raw)"


async def _redrive(settings: Settings, chosen: Filter, arguments: argparse.Namespace) -> Plan:
    connection, catalogue = settings.connection, settings.catalogue
    async with scanner(connection) as scan:
        letters = await read_letters(scan, catalogue.dead, chosen)
        made = await plan(connection, scan, catalogue, letters, even_superseded=arguments.again)
    for given in arguments.origins:
        if not any(is_origin(letter, given) for letter in letters):
            made.skipped.append((given, "no dead letter has this origin, or the filters leave it out"))
    if made.again and not arguments.dry_run:
        await send(connection, catalogue, made.again, quiet=arguments.json)
    return made


def _redriven(made: Plan, arguments: argparse.Namespace) -> int:
    if arguments.json:
        again = [{"origin": str(one.origin), "attempt": one.attempt} for one in made.again]
        skipped = [{"origin": origin, "reason": reason} for origin, reason in made.skipped]
        print(json.dumps({"redriven": again, "skipped": skipped, "dry_run": arguments.dry_run}))
        return FAILED if made.skipped else OK
    if arguments.dry_run:
        for one in made.again:
            print(f"would send {one.origin} as attempt {one.attempt}: {one.letter.event.reason}")
    for origin, reason in made.skipped:
        print(f"newswire: skipped {origin}: {reason}", file=sys.stderr)
    word = "to redrive" if arguments.dry_run else "redriven"
    print(f"{word} {len(made.again)}, skipped {len(made.skipped)}")
    return FAILED if made.skipped else OK
