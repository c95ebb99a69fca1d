"""`python -m tests.faults`: hurt everything, and check that nothing was lost or doubled. Exit 1 when something was.

python -m tests.faults                       the short run
python -m tests.faults --long                the long one
python -m tests.faults --only zombie         rows (or a group) by name
python -m tests.faults --seed 7              the same choices again
python -m tests.faults ab --restarts 20      restarts with and without the fix of the recovery race, in turn
"""

import argparse
import random
import sys
import time

from tests.faults import ab
from tests.faults.running import chosen, run_group, table


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("rows", "ab"), default="rows")
    parser.add_argument("--seed", type=int, help="default: another one each time; it is printed")
    parser.add_argument("--long", action="store_true", help="the counts of the long run")
    parser.add_argument("--only", metavar="NAME", help="only rows whose name holds this, or the group of this name")
    parser.add_argument("--rounds", type=int, help="of each row, instead of its own count")
    parser.add_argument("--restarts", type=int, default=20, help="of `ab`: restarts of each kind (default: 20)")
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:7.1f} {text}", flush=True)

    if arguments.what == "ab":
        arms = ab.run(arguments.restarts, seed, say)
        print("\n" + ab.table(arms, seed))
        return 1 if any(arm.skipped for arm in arms if arm.fix == "with") else 0
    groups = chosen(arguments.only, long=arguments.long, rounds=arguments.rounds)
    if not groups:
        parser.error(f"no row is called {arguments.only}")
    lines = [line for group in groups for line in run_group(group, seed, say=say)]
    print("\n" + table(lines, seed, time.monotonic() - started))
    return 1 if any(line.problems and not line.skipped for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
