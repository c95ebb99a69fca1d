"""The command line: options, help, and which source each command reads."""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from producers.items import Item, Place, Refused
from producers.publisher import REPEATS_AT_MOST
from producers.report import Report
from producers.sources.feeds import read_feeds
from producers.sources.files import read_files
from producers.sources.mapping import parse_mapping

Entries = Iterator[Item | Refused]
Source = Callable[[argparse.Namespace, Mapping[str, Place] | None, Report], Entries]

EXIT_CODES: Final = """\
exit codes:
  0    everything that was read is acknowledged by Kafka
  1    the same, but something was refused; the report says what and why
  2    nothing was published: wrong option, no such file, no articles in the folder, no Kafka, no topic
  3    publishing had to stop; the report says how many articles are known to be delivered
  130, 143  stopped by Ctrl-C or SIGTERM, after waiting for what was under way (a second one does not wait)

Publishing the same articles again does no harm: the pipeline answers them as `same_article`.
"""

FILES_HELP: Final = f"""\
examples:
  python -m producers files articles.jsonl.gz
  python -m producers files archive/ --source example.org        a folder of .jsonl, .json, .txt, .html
  python -m producers files dump.jsonl --map body=text,date=published_at
  zcat dump.gz | python -m producers files -
  python -m producers files big.jsonl --resume big               killed? the same command goes on

{EXIT_CODES}"""

FEEDS_HELP: Final = f"""\
examples:
  python -m producers feeds saved-feeds/                         a folder of .xml, .rss, .atom, .rdf
  python -m producers feeds world.xml --feed-url https://example.org/world.xml
  curl -s https://example.org/world.xml | python -m producers feeds - --feed-url https://example.org/world.xml

{EXIT_CODES}"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; its namespace has `read`, a Source."""
    top = _new_parser(
        argparse.ArgumentParser, EXIT_CODES, prog="python -m producers", description="Publish articles to Kafka."
    )
    kinds = top.add_subparsers(required=True, metavar="files|feeds")
    files = _new_parser(kinds.add_parser, FILES_HELP, name="files", help="JSONL, folders, text, saved pages, '-'")
    files.add_argument("paths", nargs="+", metavar="PATH", help="file or folder; '-' reads JSONL from standard input")
    files.add_argument("--map", metavar="THEIRS=OURS,...", help="rename the fields of JSON articles")
    files.set_defaults(read=_files)
    feeds = _new_parser(kinds.add_parser, FEEDS_HELP, name="feeds", help="saved RSS and Atom documents, '-'")
    feeds.add_argument("paths", nargs="+", metavar="PATH", help="file or folder; '-' reads standard input")
    feeds.add_argument("--feed-url", metavar="URL", help="where the feed came from (default: its own self link)")
    feeds.add_argument("--fetched-at", type=_instant, metavar="TIME", help="when it was fetched, ISO 8601 with a zone")
    feeds.set_defaults(read=_feeds)
    for kind in (files, feeds):
        _add_common(kind)
    return top


def _add_common(command: argparse.ArgumentParser) -> None:
    environment = os.environ.get
    command.add_argument("--source", metavar="ID", help="publisher of articles that do not name theirs")
    command.add_argument(
        "--bootstrap", metavar="HOST:PORT", default=environment("NEWSWIRE_BOOTSTRAP") or "127.0.0.1:9092",
        help="Kafka (default: NEWSWIRE_BOOTSTRAP, or 127.0.0.1:9092)",
    )  # fmt: skip
    topic = command.add_mutually_exclusive_group()
    topic.add_argument("--topic", help="default: news.raw, after the prefix")
    topic.add_argument(
        "--prefix", default=environment("NEWSWIRE_PREFIX", ""),
        help="before the topic's name (default: NEWSWIRE_PREFIX, or none)",
    )  # fmt: skip
    command.add_argument(
        "--resume", metavar="NAME",
        help="keep a journal under this name, and pass over what it says is published; a killed run repeats "
        f"at most {REPEATS_AT_MOST:,} articles",
    )  # fmt: skip
    command.add_argument(
        "--state", type=Path, metavar="FOLDER", default=Path(environment("NEWSWIRE_STATE") or ".newswire"),
        help="where journals are kept (default: NEWSWIRE_STATE, or .newswire)",
    )  # fmt: skip
    command.add_argument("--limit", type=_count, metavar="N", help="read at most N articles")
    command.add_argument("--json", action="store_true", help="the report as JSON on standard output")
    command.add_argument("--dry-run", action="store_true", help="read and report, publish nothing; needs no Kafka")


def _new_parser(make: Callable[..., argparse.ArgumentParser], epilog: str, **rest: str) -> argparse.ArgumentParser:
    return make(epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter, **rest)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of articles, 1 or more")
    return int(text)


def _instant(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = datetime.min
    if when.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time with a zone, like 2026-04-07T15:00:00+04:00")
    return text


def _files(options: argparse.Namespace, done: Mapping[str, Place] | None, report: Report) -> Entries:
    mapping = parse_mapping(options.map)
    return read_files(options.paths, mapping=mapping, source=options.source, done=done, report=report)


def _feeds(options: argparse.Namespace, done: Mapping[str, Place] | None, report: Report) -> Entries:
    return read_feeds(
        options.paths, feed_url=options.feed_url, source=options.source, fetched_at=options.fetched_at,
        done=done, report=report,
    )  # fmt: skip
