import pytest

from streams.core.language import read_language


@pytest.mark.parametrize(
    ("text", "score", "hint", "code"),
    [
        ("long enough to be judged by its letters", 0.9, None, "en"),
        ("long enough to be judged by its letters", 0.3, None, "und"),
        ("long enough to be judged by its letters", 0.3, "EN-gb", "en"),
        ("long enough to be judged by its letters", 0.9, "de", "en"),
        ("OK", 0.9, None, "und"),
        ("OK", 0.9, "en_US", "en"),
    ],
)
def test_a_hint_confirms_a_weak_guess_and_never_overrules(text: str, score: float, hint: str | None, code: str) -> None:
    found = read_language(lambda _: ("en", score), "", text, hint, sample_chars=100, min_letters=20, min_score=0.5)
    assert (found.code, found.score) == (code, score)
