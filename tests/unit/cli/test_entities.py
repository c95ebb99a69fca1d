"""`newswire get entity` and `newswire override entity`: what is read, meant and told."""

import json

import pytest

from streams.cli import parser
from streams.cli.entities import as_json, lines, sought
from streams.cli.errors import UserError
from streams.cli.override_entity import ordered, told
from streams.cli.show import short
from streams.contracts.events import OverrideEntities
from streams.core.entity_updates import Entities, followed
from tests.enriched_articles import enriched, person, place
from tests.unit.core.test_resolve import LAVROV, MOSCOW, SERGEY, Stream

SERGEI = person("Sergei Lavrov", "foreign minister")


@pytest.fixture
def stream() -> Stream:
    stream = Stream()
    for number, name in enumerate((SERGEY, LAVROV, SERGEI)):
        stream.take(enriched(number, name, MOSCOW, story=1))
    return stream


def test_an_entity_is_found_by_its_id_any_of_its_names_and_what_became_of_it(stream: Stream) -> None:
    for given in (SERGEY.entity_id, SERGEI.entity_id, LAVROV.entity_id, "sergey lavrov", "Lavrov", "Sergei Lavrov"):
        assert [found.newest.entity_id for found in sought(stream.read, given)] == [SERGEY.entity_id]
    assert sought(stream.read, "Nobody") == sought(stream.read, "00000000-0000-0000-0000-000000000000") == []


def test_what_is_printed_names_each_name_with_its_reason(stream: Stream) -> None:
    [found] = sought(stream.read, "Lavrov")
    first, second, *names = lines(found)
    assert first.startswith("[bold]Sergey Lavrov[/] PERSON, foreign minister")
    assert second == "          3 articles, first seen 2026-04-07T22:13:20Z, last 2026-04-07T22:13:20Z"
    assert [line.split(" [dim]")[0].split() for line in names] == [["called", "Lavrov"], ["is", "Sergei", "Lavrov"]]
    assert "role foreign minister" in names[0]
    shown = json.loads(json.dumps(as_json(found)))
    assert shown["merged"] == [SERGEI.entity_id]
    assert shown["aliases"][0]["undo"].startswith("newswire override entity split ")
    assert shown["first_seen"] == "2026-04-07T22:13:20Z"


def test_what_was_split_and_what_stays_apart_is_told(stream: Stream) -> None:
    stream.order("split", SERGEY, SERGEI)
    [found] = sought(stream.read, SERGEY.entity_id)
    assert any("not     Sergei Lavrov" in line for line in lines(found))
    stream.take(enriched(9, person("Khan")))
    stream.take(enriched(8, person("Imran Khan")))
    stream.take(enriched(7, person("Khan")))
    [khan] = sought(stream.read, "Khan")
    assert any("too little speaks for Imran Khan" in line for line in lines(khan))


def test_an_order_names_ids_or_names_that_only_one_has(stream: Stream) -> None:
    order = ordered(stream.read, "split", ("Sergey Lavrov", LAVROV.entity_id), "why")
    assert isinstance(order, OverrideEntities)
    assert (order.entity_id, order.other_id, order.other_name) == (SERGEY.entity_id, LAVROV.entity_id, "Lavrov")
    assert told(order, dry_run=True).startswith("would split Lavrov")
    assert ordered(stream.read, "merge", (SERGEY.entity_id, "Sergei Lavrov"), None) == (
        "nothing to merge: they are one entity already"
    )
    stream.order("split", SERGEY, SERGEI)
    assert ordered(stream.read, "split", (SERGEY.entity_id, SERGEI.entity_id), None) == (
        "nothing to split: they were split already"
    )
    merge = ordered(stream.read, "merge", (SERGEY.entity_id, SERGEI.entity_id), None)
    assert isinstance(merge, OverrideEntities)
    assert told(merge, dry_run=False).startswith("merge Sergei Lavrov")


@pytest.mark.parametrize(("one", "other", "says"), [
    ("Nobody", "Lavrov", "no entity has this name"), ("Lavrov", "Lavrov", "A and B are one"),
    ("00000000-0000-0000-0000-000000000000", "Lavrov", "knows no such entity_id"),
])  # fmt: skip
def test_an_order_on_what_is_unknown_is_refused(stream: Stream, one: str, other: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        ordered(stream.read, "split", (one, other), None)


def test_a_name_that_several_have_is_refused_with_their_ids(stream: Stream) -> None:
    places = place("Paris", "1"), place("Paris", "2")
    stream.take(enriched(5, *places))
    with pytest.raises(UserError, match=places[0].entity_id) as refused:
        ordered(stream.read, "merge", ("Paris", "Moscow"), None)
    assert places[1].entity_id in str(refused.value)


def test_updates_in_a_line(stream: Stream) -> None:
    alias = next(each for each in stream.read.aliases.values() if each.name == "Lavrov")
    assert short(alias).startswith("[blue]entity    Sergey Lavrov is called Lavrov [dim](short_name, ")
    assert short(stream.read.entities[SERGEY.entity_id]) == "[blue]entity    seen, 3 articles: Sergey Lavrov PERSON"
    gone = short(stream.read.entities[SERGEI.entity_id])
    assert gone.endswith(f"Sergei Lavrov PERSON, it is {SERGEY.entity_id}")
    order = OverrideEntities(action="split", entity_id="a", other_id="b", name="A", other_name="B", reason="why")
    assert short(order) == "[yellow]split     A / B: why"


def test_the_verb_has_a_form_for_entities() -> None:
    given = parser().parse_args(["override", "entity", "split", "A", "B", "--dry-run"])
    assert (given.action, given.a, given.b, given.dry_run) == ("split", "A", "B", True)


def test_a_ring_of_merges_is_followed_to_its_end() -> None:
    assert followed("a", {"a": "b", "b": "a"}) == "b"
    assert followed("a", {"a": "b", "b": "c"}) == "c"
    assert Entities().entity("a") is None
