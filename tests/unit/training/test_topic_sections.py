"""Sections of newsrooms from the probabilities of topics."""

import numpy as np
import pytest

from training.topics.sections import BBC, COMPUTING, MASAKHANEWS_TABLE, accuracy, evened, likeliest_section

IDS = ("medtop:01000000", "medtop:04000000", "medtop:07000000", "medtop:13000000", COMPUTING)
PARENTS = (0, 1, 2, 3, 1)


@pytest.mark.parametrize(
    ("probabilities", "section"),
    [
        ((0.1, 0.8, 0.0, 0.1, 0.0), "business"),
        ((0.1, 0.8, 0.0, 0.1, 0.7), "tech"),  # most of economy is computing, and that is no business news
        ((0.6, 0.8, 0.0, 0.0, 0.3), "entertainment"),
        ((0.0, 0.4, 0.0, 0.3, 0.2), "tech"),  # together more than what is left of economy
        ((0.0, 0.3, 0.9, 0.0, 0.0), "business"),  # the BBC set has no health
    ],
)
def test_the_likeliest_section(probabilities: tuple[float, ...], section: str) -> None:
    assert likeliest_section(np.array(probabilities), IDS, PARENTS, BBC.table) == section


def test_a_table_with_health_finds_it() -> None:
    probabilities = np.array((0.0, 0.3, 0.9, 0.0, 0.0))
    assert likeliest_section(probabilities, IDS, PARENTS, MASAKHANEWS_TABLE) == "health"


def test_a_model_without_the_finer_concept_does() -> None:
    assert likeliest_section(np.array((0.1, 0.8, 0.0, 0.1)), IDS[:4], PARENTS[:4], BBC.table) == "business"


def test_accuracy() -> None:
    assert accuracy([("sport", "sport"), ("tech", "business")]) == 0.5


def test_a_rare_topic_gains_more_than_a_frequent_one() -> None:
    sport, weather = evened(np.array([[0.3, 0.3]]), ("medtop:15000000", "medtop:17000000"))[0]
    assert 0.3 < sport < weather < 0.7
    assert evened(np.array([0.0, 1.0]), ("medtop:15000000", "medtop:17000000")).tolist() == pytest.approx([0, 1])
