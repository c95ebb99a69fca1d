"""What `replay` and `forget` make of their arguments."""

import pytest

from streams.cli import main
from streams.cli.errors import UserError
from streams.cli.replay import Bound, Report, bound, target_topic
from streams.cli.scan import Span
from streams.settings import load


def test_a_bound_is_an_offset_or_a_time() -> None:
    assert bound("--from", "0") == Bound(offset=0)
    assert bound("--to", "17") == Bound(offset=17)
    assert bound("--from", "earliest") == Bound(time=0)
    assert bound("--from", "1970-01-01T00:00:01Z") == Bound(time=1_000)
    assert (bound("--from", "2h").time or 0) > 0


@pytest.mark.parametrize(
    ("option", "given"), [("--from", "latest"), ("--to", "earliest"), ("--from", "x"), ("--to", "-1")]
)
def test_what_is_neither_is_named_with_its_option(option: str, given: str) -> None:
    with pytest.raises(UserError, match=f"{option} {given}"):
        bound(option, given)


def test_the_topic_to_write_is_not_one_of_the_pipeline() -> None:
    settings = load(prefix="x.")
    spec = target_topic(settings, "shadow")
    assert (spec.name, spec.config()) == ("shadow", settings.catalogue.enriched.config())
    for name in ("x.news.enriched", "x.news.raw", "", "a b", "..", "x" * 250):
        with pytest.raises(UserError, match="--to-topic"):
            target_topic(settings, name)


def test_the_report_names_what_is_out_of_retention() -> None:
    report = Report("shadow", spans={1: Span(5, 7)}, lost={1: Span(3, 5)})
    report.counts.update(["enriched", "dead"])
    assert report.text().splitlines()[0] == "partition 1: offsets 3 to 4 are out of retention"
    assert (report.read, report.expected, report.as_dict()["out_of_retention"]) == (2, 2, {1: Span(3, 5)})


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["https://a.example/1", "--article-id", "0a4b7a52-5a82-5236-bc8e-e9a96ed00b9e"],
        ["no-address"],
        ["--article-id", "no-id"],
        ["ftp://a.example/1"],
    ],
)
def test_forget_needs_one_article(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", *arguments, "--bootstrap", "127.0.0.1:1"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
