"""`explain` over files: what it prints, and what a user can get wrong."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from streams.cli import main
from streams.cli.beside import Explained, recorded_line, show
from streams.cli.errors import UserError
from streams.cli.explain import as_json, in_order
from streams.cli.sought import Sought, from_file, is_on_file
from streams.contracts.events import CleanArticle, Removed
from streams.core.explain import Recorded, explain
from streams.core.matching import DedupePolicy
from tests.clean_articles import clean_article, edited, headline, report

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
WIRE, PARTNER = f"{SEEDS / 'articles.jsonl'}:4", f"{SEEDS / 'articles.jsonl'}:11"
TEMPLATE = "The bank said on Monday that profit rose {} percent to {} million. " + report(4)
A = clean_article("https://a.example/1", headline(1), report(1))
B = clean_article(
    "https://b.example/1", "Another title", "By Jane Doe\n\n" + edited(report(1)) + "\n\nAll rights reserved."
)


def sought(article: CleanArticle, given: str = "", **more: Any) -> Sought:
    return Sought(given or article.url or "", article, more.pop("arrived_at", None), **more)


def explained(a: Sought, b: Sought, otherwise: str = "") -> Explained:
    names, pair, order = in_order(a, b)
    told = explain(pair[0].article, pair[1].article, DedupePolicy())
    return Explained(names, pair, order, told, otherwise)


def shown(found: Explained, *, brief: bool = False, **console: Any) -> str:
    printed = io.StringIO()
    show(Console(file=printed, highlight=False, **{"width": 140, **console}), found, brief=brief)
    return printed.getvalue()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["explain", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_two_lines_of_a_file_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, WIRE, PARTNER, "--width", "100")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("near copy: similar_text, score .8")
    assert lines[1] == "A is the earlier one, the canonical candidate (as given)"
    assert "met     near_jaccard" in out
    assert "contact [-to-] the" in out
    assert "{+with+} the" in out
    assert "\x1b" not in out
    assert max(map(len, lines)) <= 100
    assert not [line for line in lines if line != line.rstrip()]


def test_brief_leaves_the_texts_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, WIRE, PARTNER, "--brief")
    assert code == 0
    assert "{+" not in out
    assert "near_containment" in out
    whole = json.loads(run(capsys, WIRE, PARTNER, "--json")[1])
    brief = json.loads(run(capsys, WIRE, PARTNER, "--json", "--brief")[1])
    assert set(whole) - set(brief) == {"title", "paragraphs"}


def test_json_has_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, WIRE, PARTNER, "--json")
    told = json.loads(out)
    assert (code, told["verdict"], told["rule"], told["order"]) == (0, "near_copy", "similar_text", "as given")
    assert (told["earlier"]["name"], told["later"]["name"]) == ("A", "B")
    assert told["says"].startswith("near copy: similar_text")
    assert {asked["name"] for asked in told["thresholds"]} >= {"near_jaccard", "conflicting_names"}
    [altered] = [row for row in told["paragraphs"] if "without contact" in row["earlier"]]
    assert {"change": "altered", "earlier": "to ", "later": "with "} in altered["words"]
    assert told["figures"]["same"][0]["earlier"]["value"]
    assert told["title"]["change"] == "altered"
    assert told["changes"]["paragraphs"]["same"] == 5


def test_a_new_version_shows_what_its_event_names(capsys: pytest.CaptureFixture[str]) -> None:
    versions = (f"{SEEDS / 'articles.jsonl'}:51", f"{SEEDS / 'articles.jsonl'}:73")
    out = run(capsys, *versions, "--brief")[1]
    assert "altered 1; note (as events name them" in out
    told = json.loads(run(capsys, *versions, "--json")[1])
    assert (told["event_changes"]["altered"], told["event_changes"]["added"]) == ([1], [])
    assert json.loads(run(capsys, WIRE, PARTNER, "--json")[1])["event_changes"] is None


def test_a_template_shows_what_fills_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for number, (rise, profit) in enumerate([("5", "18.2"), ("7", "19.5")]):
        raw = {"url": f"https://bank{number}.example/q", "title": "Bank profit", "text": TEMPLATE.format(rise, profit)}
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(raw))
        files.append(str(file))
    code, out, _ = run(capsys, *files, "--brief")
    assert code == 0
    assert "profit rose 5 percent to | profit rose 7 percent to" in out
    assert "5 percent to 18.2 million | 7 percent to 19.5 million" in out


def test_text_files_pages_and_other_peoples_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, page, mapped = tmp_path / "a.txt", tmp_path / "b.html", tmp_path / "c.jsonl"
    text.write_text(f"{headline(1)}\n\n{report(1)}")
    paragraphs = "".join(f"<p>{part}</p>" for part in report(1).split("\n\n"))
    page.write_text(
        f"<html><head><title>{headline(1)}</title></head><body><article>{paragraphs}</article></body></html>"
    )
    mapped.write_text(json.dumps({"guid": "1", "title": headline(1), "body": report(1)}) + "\n\n")
    assert json.loads(run(capsys, str(text), str(page), "--json")[1])["verdict"] == "exact_copy"
    code, out, _ = run(capsys, str(mapped), str(text), "--map", "body=text", "--source", "x.example", "--json")
    assert (code, json.loads(out)["earlier"]["source"]) == (0, "x.example")


@pytest.mark.parametrize(
    ("a", "says"),
    [
        ("missing.jsonl", "missing.jsonl: no such file"),
        ("missing.jsonl:3", "missing.jsonl:3: no such file"),
        ("something", "something: neither a file, nor an address, an article_id or an origin (partition/offset)"),
        ("{seeds}", "a folder: name one file in it"),
        ("{seeds}/articles.jsonl", "holds more than one article: say which line"),
        ("{seeds}/articles.jsonl:4000", "there is no such line, or it is blank"),
        ("{seeds}/pages/trieste-coffee-sacks-theatre.html:2", "is one article: leave the line away"),
        ("{seeds}/README.md", "not a file of articles"),
        ("{seeds}/oversized.jsonl.gz:1", "oversized.jsonl.gz:1: too_large: "),
        ("{empty}", "holds no article"),
        ("https://a.example/b", "no broker is named"),
        ("x" * 300, "neither a file, nor an address"),
    ],
)
def test_what_cannot_be_explained_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, a: str, says: str
) -> None:
    monkeypatch.delenv("NEWSWIRE_BOOTSTRAP", raising=False)
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    code, out, err = run(capsys, a.format(seeds=SEEDS, empty=empty), PARTNER)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("newswire: ")
    assert says in err


def test_the_dead_one_of_two_is_named_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    expected = map(json.loads, (SEEDS / "expected.jsonl").read_text(encoding="utf-8").splitlines())
    dead = next(e for e in expected if e.get("reason") == "no_text")
    code, _, err = run(capsys, PARTNER, f"{SEEDS / dead['file']}:{dead['line']}")
    assert (code, len(err.splitlines())) == (2, 1)
    assert f"{dead['file']}:{dead['line']} is dead: no_text: " in err


@pytest.mark.parametrize(("option", "says"), [(("--width", "10"), "--width 10"), (("--map", "x"), "--map")])
def test_wrong_options(capsys: pytest.CaptureFixture[str], option: tuple[str, str], says: str) -> None:
    code, _, err = run(capsys, WIRE, PARTNER, *option)
    assert (code, len(err.splitlines())) == (2, 1)
    assert says in err


def test_what_is_meant_is_told_from_its_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("https://a.example/1", "2/17", "news.raw/epoch/2/17", A.article_id):
        assert not is_on_file(name)
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "17").touch()
    assert is_on_file("2/17")
    assert is_on_file("2/17:5")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "a.jsonl.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(UserError, match="unreadable: the gzip data are damaged"):
        from_file(str(broken), lambda *_: A, {}, None)


def test_the_recorded_copy_is_the_later_one_whichever_is_named_first() -> None:
    copy = Recorded("near_copy", "similar_text", 0.9, A.article_id, "p+q", "0.1+x")
    a, b = sought(A, origin="r/e/0/1", arrived_at=5_000), sought(B, origin="r/e/1/1", arrived_at=4_000, recorded=copy)
    assert (in_order(b, a).names, in_order(b, a).order) == (("B", "A"), "by what was recorded")
    assert (in_order(a, b).names, in_order(a, b).order) == (("A", "B"), "by what was recorded")


def test_without_a_record_of_it_the_time_of_arrival_decides() -> None:
    a, b = sought(A, origin="r/e/0/1", arrived_at=5_000), sought(B, origin="r/e/1/1", arrived_at=4_000)
    assert (in_order(a, b).names, in_order(a, b).order) == (("B", "A"), "by the time of arrival")
    assert in_order(b, a).names == ("A", "B")
    assert (in_order(a, sought(B)).names, in_order(a, sought(B)).order) == (("A", "B"), "as given")
    with pytest.raises(UserError, match="A and B are one record, r/e/0/1"):
        in_order(a, a)


def test_what_was_recorded_is_told() -> None:
    other = Recorded("exact_copy", "same_words", 1.0, A.article_id, "p+q", "0.1+x")
    new = Recorded("new", "new", 1.0, A.article_id, "", "0.1+x")
    found = explained(
        sought(A, "0/1", origin="r/e/0/1", arrived_at=0, recorded=new, remarks=("version 1",)),
        sought(B, "1/1", origin="r/e/1/1", arrived_at=1, recorded=other),
        "today's policy would decide otherwise: near copy",
    )
    text = shown(found)
    assert "A  new, pipeline 0.1+x" in text
    assert "B  exact copy of A: same_words, score 1, policy p+q, pipeline 0.1+x" in text
    assert "would decide otherwise" in text
    assert "arrived 1970-01-01T00:00:00Z, version 1" in text
    third = Recorded("near_copy", "similar_text", 0.5, "third", "p", "1")
    assert recorded_line(third, found).startswith("near copy of another article, third")
    told = as_json(found, brief=True)
    assert told["later"]["recorded"]["verdict"] == "exact_copy"
    assert told["otherwise"]


def test_what_is_passed_over_is_shown() -> None:
    removed = B.model_copy(update={"removed": (Removed(rule="tail", text="LAST\nNEWS"),)})
    text = shown(explained(sought(A), sought(removed)), brief=True)
    assert "B tail    LAST NEWS" in text
    assert "B header  By Jane Doe" in text
    assert "B footer  All rights reserved." in text


def test_notes_bare_texts_and_samples_are_told() -> None:
    bare = clean_article("https://c.example/1", "On herring", "Correction: a word.\n\nPlease accept our cookies.")
    text = shown(explained(sought(A), sought(bare)), brief=True)
    assert "B: Correction: a word." in text
    assert "B mentions nothing of its title" in text
    many = [" ".join(f"word{n} item{n} costs {n + more} crowns" for n in range(99)) for more in (0, 5)]
    one, other = (clean_article(f"https://{n}.example/", "word5", body) for n, body in enumerate(many))
    text = shown(explained(sought(one), sought(other)), brief=True)
    assert "; those of a sample" in text
    assert "more (--json has them)" in text
    assert "none  identities and words alone decided" in shown(explained(sought(A), sought(A)), brief=True)


@pytest.mark.parametrize(
    ("console", "coloured"),
    [
        ({"force_terminal": True, "color_system": "standard"}, True),
        ({"force_terminal": True, "color_system": "standard", "no_color": True}, False),
        ({}, False),
    ],
)
def test_colour_on_a_terminal_marks_elsewhere(console: dict[str, Any], coloured: bool) -> None:
    text = shown(explained(sought(A), sought(B)), **console)
    assert ("\x1b[31mbecause" in text) == coloured
    assert ("[-because-]" in text) != coloured
    assert ("{+as+}" in text) != coloured


def test_punctuation_behind_both_is_not_marked() -> None:
    one, other = (
        clean_article(f"https://{name.casefold()}.example/", f"{name}'s bank", f"{name}'s bank sold bills in {month}.")
        for name, month in (("Estonia", "March"), ("Uruguay", "April"))
    )
    text = shown(explained(sought(one), sought(other)))
    assert "[-Estonia-]'s bank sold bills in [-March-]." in text
    assert "{+Uruguay+}'s bank sold bills in {+April+}." in text


def test_brackets_of_an_article_are_no_markup() -> None:
    article = clean_article("https://c.example/1", "[bold]Title[/]", "[red]" + report(1))
    assert "[bold]Title[/]" in shown(explained(sought(A), sought(article)))
