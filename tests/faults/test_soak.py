"""What a soak is judged by."""

import pytest

from tests.faults.articles import MEMORY
from tests.faults.scenarios import SOAK_WINDOW
from tests.faults.soak import PROBE, Sample, judge


def hour(worker: float, per_hour: float, descriptors: int = 70) -> list[Sample]:
    """Return the samples of an hour in which the worker's memory grows by so many MiB; that of its models stands."""
    return [Sample(at, {7: worker + per_hour * at / 3_600, 9: 100.0}, descriptors) for at in range(0, 3_600, 10)]


@pytest.mark.parametrize("grown", [0.0, 3.5, -20.0])
def test_memory_that_stands_is_in_order(grown: float) -> None:
    problems, note = judge(hour(300, grown))
    assert problems == []
    assert "%/h after warm-up" in note


def test_memory_that_grows_is_a_problem_and_the_note_says_in_which_process() -> None:
    problems, note = judge(hour(300, 20))
    assert problems == ["RSS grows 4.85 %/h"]
    assert "process 7: 301 303 305 307 309 311 313 315 317 319 MiB" in note
    assert "process 9: 100 100" in note


def test_what_grows_in_the_warm_up_does_not_count() -> None:
    samples = hour(300, 0)
    warm = [Sample(sample.at, {7: 100 + sample.at / 10, 9: 100.0}, 70) for sample in samples[: len(samples) // 5]]
    assert judge(warm + samples[len(warm) :])[0] == []


def test_file_descriptors_that_grow_are_a_problem() -> None:
    samples = hour(300, 0)
    later = [Sample(sample.at, sample.rss_by_process, 80) for sample in samples[180:]]
    assert judge(samples[:180] + later)[0] == ["80 file descriptors, before 70"]


def test_more_is_remembered_than_the_probe_and_what_copies_are_made_of() -> None:
    # With 2,000 remembered and a probe of 3,000, a repeat 63 records behind in its partition was taken for new.
    assert SOAK_WINDOW >= 2 * (PROBE + MEMORY)
