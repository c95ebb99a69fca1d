"""What the tests of this tier measure becomes one card: the fixture `card` takes figures, pytest's end prints them.

A test says `card.check("measure", {"part": Figure(...)})`: figures are kept, then compared with `floors.toml`; and
`card.tell(text)` for tables that are no figures of the card. Both travel in the test reports, so processes of their own
(`-n 3`) change nothing. `--quality-card FILE` prints those tables, and writes the card as JSON: figures of other tests
stay in it while they are of the same models and policies.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.quality import floors
from tests.quality.figures import Figure

RECORDED: Final = "quality"  # of the properties of a test
TOLD: Final = "told"
OPTION: Final = "--quality-card"


class Recorder:
    """Takes the figures of one test."""

    def __init__(self, kept: list[tuple[str, object]], known: floors.Measures) -> None:
        self._kept = kept
        self._known = known

    def check(self, measure: str, figures: Mapping[str, Figure], told: object = "") -> None:
        """Keep figures for the card, and fail where one is below its floor; `told` is printed then."""
        for part, figure in figures.items():
            self._kept.append((RECORDED, [measure, part, *figure]))
        if broken := list(self._broken(measure, figures)):
            pytest.fail("\n".join([*broken, str(told)]), pytrace=False)

    def tell(self, text: str) -> None:
        """Keep a text for those who want more than the card."""
        self._kept.append((TOLD, text))

    def _broken(self, measure: str, figures: Mapping[str, Figure]) -> Iterator[str]:
        bars = self._known[measure].parts if measure in self._known else {}
        for part, figure in figures.items():
            if part not in bars:
                yield f'{floors.FILE.name} has no line for "{part}" under [{measure}.parts]'
            elif not bars[part].held_by(figure.value):
                above = "below" if bars[part].better == "higher" else "above"
                yield f"{measure}: {part}: {figure.value:.4f} of {figure.of} is {above} the floor {bars[part].floor}"


@pytest.fixture
def card(request: pytest.FixtureRequest) -> Recorder:
    """Return where the figures of a test go."""
    return Recorder(request.node.user_properties, floors.floors())


class Collector:
    """Gathers the figures of all tests, whatever process they ran in."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Figure] = {}
        self.told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the figures of a test that was run."""
        if report.when == "call":
            self.told += [str(value) for name, value in report.user_properties if name == TOLD]
            for name, value in report.user_properties:
                if name == RECORDED:
                    measure, part, *figure = _listed(value)
                    self.found[measure, part] = Figure(*figure)

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """Print the card, and write it where the option says."""
        if not self.found:
            return
        # Only here: whoever runs one unit test need not wait for what this imports.
        from streams.cli import quality
        from tests.quality import carded

        path = config.getoption(OPTION)
        if path and self.told:
            terminalreporter.section("tables")
            terminalreporter.write_line("\n\n".join(self.told))
        card = carded.card_of(self.found)
        terminalreporter.section("quality card")
        terminalreporter.write_line(quality.table(card))
        if path:
            whole = carded.write(card, Path(path))
            terminalreporter.write_line(f"{path}: {len(whole.figures)} figures, of this run {len(card.figures)}")
            for name, number in carded.missing(whole).items():
                terminalreporter.write_line(f"not measured: {number} of {name}")


def _listed(value: object) -> list[Any]:
    assert isinstance(value, list | tuple)
    return list(value)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(OPTION, metavar="FILE", help="write the quality card there, as JSON, and print more tables")


def pytest_configure(config: pytest.Config) -> None:
    """Gather what is measured."""
    config.pluginmanager.register(Collector(), "quality-collector")
