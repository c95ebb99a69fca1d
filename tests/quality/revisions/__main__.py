"""Print the table: `python -m tests.quality.revisions`."""

from tests.quality.revisions.made import HALVES, revisions
from tests.quality.revisions.measure import SEED, Judged, judged, shares

SECOND_SEED = 8128


def main() -> None:
    """Measure, and print."""
    columns = {
        "tuned on": judged(revisions("tuned on", SEED)),
        "held out": judged(revisions("held out", SEED)),
        "second seed": judged(revisions("held out", SECOND_SEED)),
    }
    assert columns.keys() >= HALVES.keys()
    counted = {name: shares(found) for name, found in columns.items()}
    print(f"seeds {SEED} and {SECOND_SEED}; revisions of which everything is named rightly\n")
    print(f"| | {' | '.join(columns)} |\n| --- {'| --- ' * len(columns)}|")
    for kind in counted["held out"]:
        print(f"| {kind} | {' | '.join('{1} of {0}'.format(*counted[name][kind]) for name in columns)} |")
    for name, found in columns.items():
        print(f"\n{name}:", *_reasons(found), sep="\n  ")


def _reasons(found: list[Judged]) -> list[str]:
    return [f"{', '.join(one.revision.edits)}: {one.wrong}" for one in found if one.wrong]


if __name__ == "__main__":
    main()
