import pytest

from streams.core.boilerplate import (
    author_noted,
    byline_names,
    is_author_line,
    is_boilerplate,
    is_credit,
    is_farewell,
    is_promotion,
    is_tail_heading,
)
from streams.core.removals import RemovalPolicy, take_out

LEAD = "The council of Elmford voted on Tuesday to keep the old bridge open for another year."
SECOND = "Its clerk said that repairs would start in the spring and cost about two million crowns."
THIRD = "Shops on both sides of the river had asked for the bridge to stay open over the winter."


def rules(*paragraphs: str, title: str = "Old bridge stays open") -> list[tuple[str, str]]:
    return [(item.rule, item.text) for item in take_out(paragraphs, title, RemovalPolicy()).removed]


def test_an_article_without_litter_stays_whole() -> None:
    assert take_out([LEAD, SECOND, THIRD], "Old bridge stays open", RemovalPolicy()) == ([LEAD, SECOND, THIRD], (), ())


def test_litter_goes_in_reading_order() -> None:
    assert rules(
        "OLD BRIDGE STAYS OPEN", "By Ann Lee and Bo Berg", LEAD, LEAD, "Advertisement", SECOND, "Winter trade", THIRD,
        "Reporting by Ann Lee; Editing by Bo Berg", "LAST NEWS", "Ferry runs again", "Follow us on Twitter",
    ) == [
        ("repeated_title", "OLD BRIDGE STAYS OPEN"), ("byline", "By Ann Lee and Bo Berg"), ("doubled_lead", LEAD),
        ("boilerplate", "Advertisement"), ("subheading", "Winter trade"),
        ("credit", "Reporting by Ann Lee; Editing by Bo Berg"), ("tail", "LAST NEWS"), ("tail", "Ferry runs again"),
        ("tail", "Follow us on Twitter"),
    ]  # fmt: skip


def test_a_byline_names_the_authors() -> None:
    assert take_out(["By Ann Lee and Bo Berg", LEAD], "T", RemovalPolicy()).authors == ("Ann Lee", "Bo Berg")


def test_a_byline_alone_is_all_the_text_there_is() -> None:
    assert rules("By Ann Lee") == []


def test_a_long_paragraph_that_repeats_goes_wherever_it_stands() -> None:
    filler = [f"Paragraph number {n} says something of its own about the bridge." for n in range(8)]
    assert rules(LEAD, *filler, LEAD, THIRD) == [("doubled_lead", LEAD)]
    assert rules(LEAD, *filler, "That is right.", SECOND, "That is right.", THIRD) == []


def test_a_repeated_lead_is_seen_where_words_are_not_set_apart() -> None:
    lead = "市议会周二投票决定旧桥再开放一年。"
    assert rules(lead, lead, "书记员说修理将在春天开始。", title="旧桥") == [("doubled_lead", lead)]


@pytest.mark.parametrize(
    "line",
    ["winter trade", "“Winter trade”", "Winter trade,", "Ann Lee (left)", "What next?", "冬季贸易", "Bo bo@example.org",
     "One two three four five six seven eight nine", "• Winter trade",
     "HE SAID: “WE ALL KEEP THE OLD BRIDGE OPEN FOR YOU”"],
)  # fmt: skip
def test_other_short_lines_are_no_subheadings(line: str) -> None:
    assert rules(LEAD, line, SECOND) == []


def test_a_line_in_capitals_may_be_longer() -> None:
    line = "ELMFORD FERRY RUNS AGAIN AFTER TEN WEEKS IN THE YARD OF ITS BUILDER"
    assert rules(LEAD, line, SECOND) == [("subheading", line)]


def test_speakers_and_list_items_are_no_subheadings() -> None:
    assert rules(LEAD, "Ann Lee", SECOND, "Bo Berg", THIRD, "Ann Lee", LEAD[:-1] + " again.", THIRD[:-1] + " too.") == [
        ("subheading", "Bo Berg")
    ]
    assert rules(LEAD, "Apples", "Pears", "Plums", SECOND) == []


def test_headlines_without_a_heading_over_them_stay() -> None:
    assert rules(LEAD, SECOND, "Ferry runs again") == []


@pytest.mark.parametrize(
    "text",
    ["Advertisement", "ADVERTISEMENT ADVERTISEMENT", "* * *", "Story continues below advertisement",
     "Sign up for our daily newsletter", "Subscribe", "We use cookies to improve your visit", "Click here to read more",
     "Share this article", "Share on Facebook 12 shares", "Follow @elmford", "READ MORE: Ferry runs again",
     "Image copyright Elmford Pictures", "https://example.org/a", "This article is more than 3 years old",
     "ELMFORD Daily newsletter sign up today. You can unsubscribe at any time. " * 6],
)  # fmt: skip
def test_boilerplate_is_known(text: str) -> None:
    assert is_boilerplate(text.strip())


def test_a_gallery_is_known_however_long_it_is() -> None:
    captions = (
        "Photos: The harbour " + "Photos: The harbour A view of the pier at dawn, with ships. Hide Caption 2 of 9 " * 60
    )
    assert is_boilerplate(captions.strip())
    assert not is_boilerplate("Photos: The harbour at dawn. " + "The council met on Tuesday. " * 80)


@pytest.mark.parametrize(
    "text",
    [LEAD, "Share prices fell.", "Follow the money, he said.", "“Subscribe to my channel,” he told them.", "Пример",
     "We use cookies in the kitchen of the school, said the cook, " + "and eat them " * 40,
     "Images of the flood shocked the town.", "More than 20 people died.", "Tags on sheep will be compulsory."],
)  # fmt: skip
def test_prose_is_no_litter(text: str) -> None:
    assert not (is_boilerplate(text) or is_farewell(text) or is_tail_heading(text) or is_credit(text))


@pytest.mark.parametrize(
    "text",
    ["Want more essays like this one in your inbox every day? Sign up here for the Elmford newsletter.",
     "If you liked this map, sign up to hear of our next ones.", "(PHOTOS: Ten bridges of Elmford)",
     "( Also on HERALD: Council counts its bridges)", "Old bridge to open for another winter Read more",
     "Can't see the video? Click here.", "Slideshow (4 Images)", "Watch the video below:", "(Photo: Ann Lee/Herald)",
     "JUST WATCHED The bridge in 2 minutes Replay More Videos ... MUST WATCH The bridge in 2 minutes 02:10",
     "Have you been held up at the bridge? Share your story by emailing readers@example.org.",
     "The Herald is a nonprofit newsroom that looks into bridges. Sign up to receive its stories.",
     "Interested in Bridges? Add Bridges as an interest to stay up to date on the latest Bridges news.",
     "This is a rush transcript. Copy may not be in its final form.",
     "This story is based in part on wire service reports."],
)  # fmt: skip
def test_promotions_are_known(text: str) -> None:
    assert is_promotion(text)
    assert rules(LEAD, SECOND, text, THIRD, LEAD[:-1] + " again.") == [("promotion", text)]


@pytest.mark.parametrize(
    "text",
    [LEAD, SECOND, THIRD, "“Sign up for our newsletter,” the mayor told us, and your town will thank you.",
     "She said we should sign up for the newsletter. Join us, she wrote.", "Read the statement below:",
     "The council will sign up 40 builders for our bridge.", "Watch out for lorries.",
     "Want to know who pays for the bridge? You do. We all do.",
     "Get your coat. " * 40 + "Sign up for our newsletter."],
)  # fmt: skip
def test_prose_is_no_promotion(text: str) -> None:
    assert not is_promotion(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Ann Lee is a senior fellow at the Elmford Institute. Her latest book is about bridges.", "Ann Lee"),
     ("• Bo van Berg, 34, is the host of a radio show and a columnist.", "Bo van Berg"),
     ("Editor's note: Ann Lee is an associate professor of history at Elmford College.", "Ann Lee"),
     ("Ann Lee writes a column about rivers for the Herald.", "Ann Lee"),
     ("Ann Lee is a fellow at the institute, said the clerk.", ""), ("Ann Lee is a baker in Elmford.", ""),
     ("Lee is the editor of the Herald.", ""), ("Ann Lee is set to meet the editor.", ""), (LEAD, "")],
)  # fmt: skip
def test_notes_on_authors_are_read(text: str, name: str) -> None:
    assert author_noted(text) == name


def test_who_is_in_the_story_is_not_its_author() -> None:
    note = "Ann Lee is a professor of bridges at Elmford College."
    story = [LEAD, SECOND, THIRD, LEAD[:-1] + " or two."]
    assert rules(*story, note) == [("author_note", note)]
    assert rules(*story[:3], "It was Lee who told the council about the cracks in the arches.", note) == []
    assert rules(*story, note, title="Lee saves a bridge") == []
    assert rules(*story[:3], note, *(f"{SECOND[:-1]} in part {n}." for n in range(4))) == []


@pytest.mark.parametrize(
    ("text", "known"),
    [("The opinions expressed by columnists are their own.", True), ("Bo Berg can be reached at bo@example.org.", True),
     ("Follow Ann Lee on Twitter @annlee.", True), ("Ann Lee covers rivers for The Elmford Herald.", True),
     ("The opinions of the council differ.", False), ("Berg can be reached at home, the clerk said.", False),
     ("can be reached at " * 60, False)],
)  # fmt: skip
def test_lines_on_authors_are_known(text: str, known: bool) -> None:
    assert is_author_line(text.strip()) is known


def test_endings_are_known() -> None:
    assert is_farewell("© 2026 Elmford Herald")
    assert is_farewell("Copyright 2026 The Herald. All rights reserved. This material may not be published.")
    assert is_farewell("Have a story? Email news@example.org")
    assert is_farewell("Tags: bridge, river")
    assert is_farewell("Ann Lee is a senior reporter at the Elmford Herald.")
    assert not is_farewell("Ann Lee is a baker in Elmford.")
    assert is_tail_heading("Most read")
    assert is_tail_heading("Related stories:")
    assert is_credit("Ann Lee contributed to this report.")
    assert is_credit("• Herald writers Ann Lee in Elmford and Bo Berg contributed.")
    assert not is_credit("The bridge and the ferry contributed.")
    assert not is_credit("Ann " * 80)


@pytest.mark.parametrize(
    ("line", "names"),
    [("By Ann Lee", "Ann Lee"), ("By ANN LEE and Bo van Berg", "ANN LEE and Bo van Berg"),
     ("By Ann Lee | Herald", "Ann Lee"), ("By the way", ""), ("By Tuesday the bridge was open.", ""), ("Ann Lee", "")],
)  # fmt: skip
def test_bylines_are_read(line: str, names: str) -> None:
    assert byline_names(line) == names
