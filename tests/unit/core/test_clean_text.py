import pytest

from streams.core.clean_text import (
    ends_sentence,
    key,
    one_line,
    paragraphs,
    resolve_entities,
    safe,
    tidy,
)

WIRE = """Showers continued throughout the week in
the northern zone, alleviating the drought since early
January and improving prospects for the coming crop,
although normal humidity levels have not been restored,
the house said in its weekly review.
    The dry period means the harvest will be late this year.
    Arrivals for the week ended on Sunday were 155,221 bags
of 60 kilos making a cumulative total for the sea-
son of 5.93 mln against 5.81 at the same stage last year."""


def test_wire_copy_with_indented_paragraphs_is_joined() -> None:
    found = paragraphs(WIRE)
    assert len(found) == 3
    assert found[0].endswith("weekly review.")
    assert "the sea-son of" in found[2]


def test_wire_copy_with_blank_lines_is_joined() -> None:
    assert len(paragraphs(WIRE.replace("\n    ", "\n\n"))) == 3


def test_wire_copy_with_nothing_but_short_last_lines_is_joined() -> None:
    flat = "\n".join(line.strip() for line in WIRE.split("\n")).replace("weekly review.", "review.")
    assert [p.split()[0] for p in paragraphs(flat)][:2] == ["Showers", "The"]


def test_a_line_is_a_paragraph_when_lines_are_long() -> None:
    lines = [f"{'A sentence that is long enough to be more than a wrapped line of wire copy. ' * 2}{n}." for n in "ab"]
    assert paragraphs("\n".join(lines)) == [" ".join(line.split()) for line in lines]


def test_short_lines_that_end_sentences_are_paragraphs() -> None:
    assert paragraphs("One ended here.\nTwo ended here.\nThree ended here.") == [
        "One ended here.", "Two ended here.", "Three ended here.",
    ]  # fmt: skip


def test_blank_lines_set_paragraphs_apart_and_a_running_line_is_joined() -> None:
    assert paragraphs("First line\nruns on. \n\n\n Second  one.\nHeading\n\nThird.") == [
        "First line runs on.", "Second one.", "Heading", "Third.",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "  ", "\n\n \t\n"])
def test_white_space_has_no_paragraphs(text: str) -> None:
    assert paragraphs(text) == []


@pytest.mark.parametrize(
    ("given", "clean", "problems"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\n\ne\nf", ()),
        ("a\x00b\x1fc\td\n", "a b c\td\n", ("control characters",)),
        ("it\x92s \x93so\x94 \x81", "it’s “so”  ", ("control characters",)),
        ("a\ud800b", "a\ufffdb", ("lone surrogates",)),
        ("\udfff\x00", "\ufffd ", ("lone surrogates", "control characters")),
        ("a\uffffb", "a\ufffdb", ()),
    ],
)
def test_unsafe_characters_are_replaced_and_named(given: str, clean: str, problems: tuple[str, ...]) -> None:
    assert safe(given) == (clean, problems)


def test_invisible_characters_go_and_joiners_stay_where_they_are_letters() -> None:
    assert tidy("co\u00adop\u200b \u202eab\u202c\ufeff e\u0301\u00a0f") == "coop ab é f"
    assert tidy("mi\u200dd") == "mid"
    persian, family = "می\u200cخواهم", "👨\u200d👩"
    assert tidy(persian) == persian
    assert tidy(family) == family


def test_entities_in_plain_text_need_their_semicolon() -> None:
    assert resolve_entities("AT&T &amp; R&D &#8212; &lt;b&gt; &nosuch; &#1;x") == "AT&T & R&D — <b> &nosuch; x"
    assert resolve_entities("none") == "none"


def test_small_helpers() -> None:
    assert one_line(" a \n\t b\u00a0c ") == "a b c"
    assert key("The U.S. – “Straße”_1") == "theusstrasse1"
    assert ends_sentence('He said: "Yes."')
    assert not ends_sentence("Meeting with army chief")
    assert not ends_sentence("")
