"""Figures and their intervals."""

import numpy as np
import pytest

from tests.quality.figures import Figure, f1, ratio, share


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    figure = share(81, 263)
    assert figure.value == pytest.approx(81 / 263)
    assert figure[2:] == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert share(0, 20)[2:] == pytest.approx((0, 0.1611), abs=1e-4)
    assert share(0, 0) == Figure(0.0, 0)


def test_articles_are_drawn_and_not_their_cases() -> None:
    alone = ratio([(1, 1)] * 50 + [(0, 1)] * 50)
    together = ratio([(25, 25)] * 2 + [(0, 25)] * 2)
    assert alone.value == together.value == 0.5
    assert alone.of == together.of == 100
    assert alone[2:] == pytest.approx((0.4, 0.6), abs=0.02)
    assert (together.low, together.high) == (0.0, 1.0)


def test_the_same_rows_give_the_same_interval_in_any_order() -> None:
    rows = [(right, 5) for right in (5, 3, 4, 1, 5, 5, 2)]
    assert ratio(rows) == ratio(rows[::-1])
    drawn = np.random.default_rng(1).choice([right for right, _ in rows], (20_000, 7)).sum(axis=1) / 35
    assert ratio(rows)[2:] == pytest.approx(np.percentile(drawn, (2.5, 97.5)), abs=0.03)


def test_f1_is_over_the_sums() -> None:
    figure = f1([(8, 10, 9), (2, 5, 6)])
    assert figure.value == pytest.approx(2 * 10 / (15 + 15))
    assert figure.of == 15
    assert f1([(0, 0, 0)]).value == 0


def test_a_figure_is_told_with_its_counts_and_its_interval() -> None:
    assert share(81, 263).told(counts="81 of 263") == "30.8% (81 of 263; 25.5% to 36.6%)"
    assert ratio([(1, 2)] * 3).told(".2f") == "0.50 (0.50 to 0.50)"
    assert Figure(0.25, 4).told() == "25.0%"
