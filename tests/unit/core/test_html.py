import json

import pytest

from streams.core.html import canonical_link, has_markup, text_of, without_tags

PROSE = "The council of Elmford voted on Tuesday to keep the old bridge open for another year, its clerk said. "
NAMES = ("arch", "bank", "lamp", "path", "rail", "wall")
PAGE = (
    "<!doctype html><html><head><title>T</title></head><body><nav><a href='/'>Home</a></nav><article>"
    + "".join(f"<p>{PROSE}Its {n} was repaired by {n} builders before the {n} month.</p>" for n in NAMES)
    + "</article><footer>About us</footer></body></html>"
)


def test_a_page_gives_its_article_only() -> None:
    text = text_of(PAGE)
    assert text.count("The council of Elmford") == len(NAMES)
    assert "Home" not in text
    assert "About us" not in text


def test_a_page_never_gives_the_next_article() -> None:
    story = "".join(f"<p>Mendes scored the {n} goal for Santos in minute {n} of the match.</p>" for n in NAMES)
    endless = f"<h2>Up next</h2><h1>Mendes scores six for Santos</h1>{story}"
    for page in (
        PAGE.replace("</article>", f"</article><article><h1>Mendes scores six</h1>{story}</article>"),
        PAGE.replace("<article>", "<main><h1>The old bridge stays</h1>").replace("</article>", f"{endless}</main>"),
    ):
        text = text_of(page)
        assert text.count("The council of Elmford") == len(NAMES)
        assert "Mendes" not in text


def test_what_the_page_says_of_itself_counts() -> None:
    body = " ".join(f"{PROSE}Its {n} was repaired by {n} builders before the {n} month." for n in NAMES)
    linked = f'<script type="application/ld+json">{json.dumps({"articleBody": body})}</script>'
    gallery = "<p>Our readers send us pictures of their cats and dogs, and these are the best of them this week.</p>"
    page = PAGE.replace("<nav>", f"{linked}<nav>").replace("</article>", f"{gallery}</article>")
    assert "cats and dogs" not in text_of(page)
    assert text_of(page).count("The council of Elmford") == len(NAMES)


def test_a_fragment_gives_its_blocks() -> None:
    fragment = "<p>One <b>bold</b>\nword &amp; more.</p><ul><li>a</li><li>b</li></ul>tail<br/>line<script>x()</script>"
    lines = [line.strip() for line in text_of(fragment).split("\n") if line.strip()]
    assert lines == ["One bold word & more.", "a", "b", "tail", "line"]


@pytest.mark.parametrize("fragment", ["", "<!-- -->", "<p></p>", "<", "\ud83d"])
def test_nothing_comes_of_nothing(fragment: str) -> None:
    assert text_of(fragment.encode("utf-8", "replace").decode()).strip(" \n?<") == ""


@pytest.mark.parametrize(
    "body",
    [
        "<form><input type='password'></form><p>Members of the club can read all articles here, please come in.</p>",
        "<p>We use cookies to make this site better for all of you. Accept all cookies or manage your consent.</p>",
        "<p>Please verify you are a human before you go on to the article that you wanted to read today.</p>",
    ],
)
def test_a_page_behind_a_gate_has_no_text(body: str) -> None:
    assert text_of(f"<html><body><article>{body}</article></body></html>") == ""


def test_a_page_that_breaks_the_reader_has_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RecursionError

    monkeypatch.setattr("streams.core.html.trafilatura.extract", broken)
    assert text_of(PAGE) == ""


def test_markup_is_told_from_prose() -> None:
    assert has_markup("a<br>b")
    assert has_markup("<P class='x'>a</P>")
    assert not has_markup("if a < b and c > d, <he said>")


def test_headlines_lose_tags_and_doubly_escaped_entities() -> None:
    assert without_tags("<b>Profit</b> &amp;amp; loss <AAPL>") == "Profit & loss <AAPL>"
    assert without_tags("&lt;i&gt;Ulysses&lt;/i&gt; at 100") == "Ulysses at 100"
    assert without_tags("plain") == "plain"


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<link rel="canonical" href="https://www.example.org/b?utm_source=x">', "https://www.example.org/b"),
        ("<link href='/b' rel='canonical'>", "https://example.org/b"),
        ("<link rel=canonical href=/b>", "https://example.org/b"),
        ('<link rel="canonical" href="https://example.org/">', None),
        ('<link rel="canonical" href="https://other.org/b">', None),
        ('<link rel="canonical" href="mailto:x@example.org">', None),
        ('<link rel="canonical" href="http://[">', None),
        ('<link rel="canonical">', None),
        ('<link rel="amphtml" href="/b">', None),
    ],
)
def test_only_an_article_on_the_same_host_is_canonical(link: str, found: str | None) -> None:
    assert canonical_link(f"<html><head>{link}</head></html>", "https://example.org/a") == found
