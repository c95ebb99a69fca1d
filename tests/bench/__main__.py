"""`python -m tests.bench`: speed, each figure side by side with a baseline in the same run, as tables.

1. The whole pipeline (`enrich`) against entity models alone on the same texts and cores.
2. The pieces of that work, each as a share of the entity model's time; what loading takes.
3. A hop without a model (Kafka -> stage pump -> Kafka) against the bare client doing the same.
4. Dedupe through Kafka, decisions written ahead, against its fold without Kafka.
5. Recovery of dedupe's state from its log (asked for by name only: it writes some 2 GB).
"""

import argparse
import sys

from tests.bench import dedupe, hop, pieces, pipeline, recovery

WHICH = ("all", "pipeline", "pieces", "hop", "dedupe", "recovery")


def main() -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("which", nargs="?", choices=WHICH, default="all")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, in turn; medians are shown (default: 3)")
    parser.add_argument("--articles", type=int, default=240, help="of the pipeline; half as many of the pieces")
    parser.add_argument("--records", type=int, default=4_000, help="records of the hop benchmark (default: 4,000)")
    parser.add_argument("--decisions", type=int, default=1_000_000, help="of the recovery benchmark (default: 10**6)")
    arguments = parser.parse_args()
    if arguments.which in ("all", "pipeline"):
        pipeline.run(arguments.articles, arguments.rounds)
    if arguments.which in ("all", "pieces"):
        pieces.run(arguments.articles // 2, arguments.rounds)
    if arguments.which in ("all", "hop"):
        hop.run(arguments.records, arguments.rounds)
    if arguments.which in ("all", "dedupe"):
        dedupe.run(arguments.rounds)
    if arguments.which == "recovery":
        recovery.run(arguments.decisions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
