import pytest

from streams.core.language import LanguagePolicy, read_language

POLICY = LanguagePolicy(sample_chars=100, min_letters=20, min_score=0.5, min_english_score=0.2)
LONG = "long enough to be judged by its letters"
PIDGIN = "Wetin dey happen for Lagos and why pipol dey vex"


@pytest.mark.parametrize(
    ("text", "score", "hint", "code"),
    [
        (LONG, 0.9, None, "de"),
        (LONG, 0.3, None, "und"),
        (LONG, 0.3, "DE-at", "de"),
        (LONG, 0.9, "en", "de"),
        ("OK", 0.9, None, "und"),
        ("OK", 0.9, "de_DE", "de"),
    ],
)
def test_a_hint_confirms_a_weak_guess_and_never_overrules(text: str, score: float, hint: str | None, code: str) -> None:
    found = read_language(lambda _: [("de", score)], "", text, hint, POLICY)
    assert (found.code, found.score) == (code, score)


@pytest.mark.parametrize(("score", "code"), [(0.2, "en"), (0.19, "und")])
def test_english_needs_less(score: float, code: str) -> None:
    assert read_language(lambda _: [("en", score), ("nl", 0.1)], "", LONG, None, POLICY).code == code


@pytest.mark.parametrize(
    ("text", "ranked", "code", "score"),
    [
        (LONG, [("pcm", 0.6), ("en", 0.3)], "en", 0.9),
        (PIDGIN, [("pcm", 0.6), ("en", 0.3)], "pcm", 0.6),
        (LONG, [("fr", 0.4), ("pcm", 0.25), ("en", 0.2)], "en", 0.45),
        (LONG, [("grc", 0.45), ("el", 0.4)], "el", 0.85),
        (LONG, [("zxx", 0.9), ("en", 0.1)], "und", 0.9),
    ],
)
def test_varieties_count_for_their_language(
    text: str, ranked: list[tuple[str, float]], code: str, score: float
) -> None:
    found = read_language(lambda _: ranked, "", text, None, POLICY)
    assert found.code == code
    assert found.score == pytest.approx(score)
