"""The floors of what is measured rise, or say why they fell; the packaged card is of what is here."""

import pytest

from streams.cli import quality
from streams.models.pipeline import ARTEFACTS
from tests.quality import carded, floor_history, floors

TEXT = floors.FILE.read_text(encoding="utf-8")
MEASURES = floors.floors()


def test_no_floor_fell_without_a_reason() -> None:
    """Also beside each version of the file in the history: editing it by hand is no way round."""
    found = floor_history.problems(TEXT, floor_history.history())
    assert not found, "\n".join([*found, floors.__doc__ or ""])


def test_each_floor_has_the_line_that_the_command_would_write() -> None:
    for name, measure in MEASURES.items():
        lines = TEXT.partition(f"\n[{name}.parts]\n")[2].splitlines()
        for part, floor in measure.parts.items():
            assert floors.line(part, floor) in lines, f"{name}: {part}"


def test_stages_are_those_with_a_version() -> None:
    assert {stage for measure in MEASURES.values() for stage in measure.stages} <= quality.versions().keys()


def test_every_artefact_is_some_stages() -> None:
    named = {name for names in quality.MODELS.values() for name in names}
    assert named == {path.name for path in ARTEFACTS.iterdir() if path.is_dir()}


@pytest.mark.slow  # not for every commit: what changes a model or policy is measured before it is proposed
def test_the_packaged_card_is_of_these_models_policies_and_floors() -> None:
    card = quality.read()
    assert not carded.missing(card), "`make quality` writes it"
    now = quality.versions()
    for name, measure in card.measures.items():
        wanted = {stage: now[stage] for stage in MEASURES[name].stages}
        assert measure.versions == wanted, f"{name} was measured with others: `make quality` measures again"
    for figure in card.figures:
        bar = MEASURES[figure.measure].parts[figure.part]
        assert (figure.floor, figure.aim, figure.better) == (bar.floor, bar.aim, bar.better)
        assert figure.held, f"{figure.measure}: {figure.part}"
