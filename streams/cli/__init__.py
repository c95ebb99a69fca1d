"""newswire: one verb, one file. This module knows the verbs and turns the errors a user can cause into one line."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from streams import __version__
from streams.cli import (
    card,
    dead,
    diff,
    enrich,
    explain,
    forget,
    get,
    health,
    override,
    reconcile,
    replay,
    schemas,
    status,
    tail,
    topics,
    up,
    worker,
)
from streams.cli.errors import EXIT_CODES, UserError
from streams.cli.output import let_go_of_stdout
from streams.logs import quiet_libraries

VERBS: Final = (
    up, worker, health, enrich, tail, get, explain, status, reconcile, dead, replay, diff, forget, override, topics,
    schemas, card,
)  # fmt: skip

EPILOG: Final = "exit codes:\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="newswire",
        description="Raw news articles in; clean, deduplicated, classified, entity-tagged events out.",
        epilog=EPILOG + "\n\nsettings are NEWSWIRE_* variables: docs/operations.md",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"newswire {__version__}")
    verbs = root.add_subparsers(dest="verb", metavar="VERB", required=True)
    for module in VERBS:
        module.add(verbs)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; return its exit code."""
    arguments = parser().parse_args(argv)
    quiet_libraries()
    try:
        code: int = arguments.run(arguments)
    except UserError as error:
        print(f"newswire: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has seen enough
        let_go_of_stdout()
        return 0
    return code
