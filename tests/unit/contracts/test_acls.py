"""What each role may do: the least, complete, and the same in the data and in the document."""

import re
import shlex
from pathlib import Path

import pytest

from streams.contracts.acls import ROLES, Grant, commands, grants, stage_grants
from streams.contracts.topics import STAGES, Catalogue

CATALOGUE = Catalogue()
SECURITY = (Path(__file__).resolve().parents[3] / "docs" / "security.md").read_text(encoding="utf-8")


def allowed(role: str, operation: str) -> set[str]:
    return {grant.name for grant in grants(role, CATALOGUE, group="newswire") if operation in grant.operations}


def test_only_who_must_write_may_write() -> None:
    assert allowed("producer", "Write") == {"news.raw"}
    assert allowed("subscriber", "Write") == allowed("admin", "Write") == set()
    assert allowed("operator", "Write") == {"news.redrive", "news.clean", "news.orders", "shadow."}
    assert allowed("worker", "Write") == {t.name for t in CATALOGUE if t.writer not in ("producers", "an operator")}


def test_an_operator_may_replay_to_a_shadow_topic_and_compare_it() -> None:
    [shadow] = [
        grant for grant in grants("operator", Catalogue(prefix="x."), group="g") if "Create" in grant.operations
    ]
    assert shadow == Grant("topic", "x.shadow.", ("Create", "Read", "Write"), prefixed=True)
    assert allowed("operator", "Read") == {topic.name for topic in CATALOGUE} | {"shadow."}
    assert not [topic.name for topic in CATALOGUE if topic.name.startswith("shadow.")]
    [line] = commands((shadow,), "User:o", "h:1")
    assert line.endswith(
        "--operation Create --operation Read --operation Write --topic x.shadow. --resource-pattern-type prefixed"
    )


def test_every_verb_of_a_role_is_in_the_document() -> None:
    documented = dict(re.findall(r"^\| (\w+) \| ([^|]*`[^|]+) \|$", SECURITY, re.M))
    for role, about in ROLES.items():
        verbs = re.findall(r"`(?:newswire )?([a-z]+)`", about)
        assert [verb for verb in verbs if not re.search(rf"`(newswire )?{verb}`", documented[role])] == []


def test_a_subscriber_sees_outcomes_and_tables_only() -> None:
    tables = {"news.stories", "news.groups", "news.articles", "news.entities"}
    topics = {"news.enriched", "news.duplicates", *tables}
    assert allowed("subscriber", "Read") == topics
    own = grants("subscriber", CATALOGUE, group="newswire", resume="mine")
    assert Grant("group", "mine", ("Read",)) in own


def test_nobody_may_delete_or_alter() -> None:
    for role in ROLES:
        assert not (allowed(role, "Delete") | allowed(role, "Alter") | allowed(role, "All"))


def test_a_worker_holds_what_its_stages_need() -> None:
    held = {(g.resource, g.name): set(g.operations) for g in grants("worker", CATALOGUE, group="newswire")}
    for stage in STAGES:
        for grant in stage_grants(stage, CATALOGUE, "newswire"):
            name = "newswire." if grant.resource == "group" else grant.name
            assert set(grant.operations) <= held[grant.resource, name]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_its_source_and_writes_dead_letters(stage: str) -> None:
    needed = {grant.name: grant.operations for grant in stage_grants(stage, CATALOGUE, "g")}
    assert "Write" in needed["news.dead"]
    assert needed[f"g.{stage}"] == ("Read",)


def test_commands_are_what_kafkas_tool_takes() -> None:
    lines = commands(grants("worker", CATALOGUE, group="newswire"), "User:o'w", "h:1")
    assert all(line.startswith("kafka-acls.sh --bootstrap-server h:1 ") for line in lines)
    assert all("User:o'w" in shlex.split(line) for line in lines)
    assert any(line.endswith("--operation Read --group newswire. --resource-pattern-type prefixed") for line in lines)
    assert any(line.endswith("--operation DescribeConfigs --cluster") for line in lines)


def test_the_table_in_the_document_is_the_data() -> None:
    rows = re.findall(r"^\| (\w+) \| (topic|group|cluster) \| `([^`]+)`(\*?) \| ([^|]+) \|$", SECURITY, re.M)
    documented = {
        (role, resource, name, bool(star), tuple(sorted(operations.strip().split(", "))))
        for role, resource, names, star, operations in rows
        for name in names.split(" ")
    }
    data = {
        (role, grant.resource, grant.name, grant.prefixed, tuple(sorted(grant.operations)))
        for role in ROLES
        for grant in grants(role, CATALOGUE, group="newswire", resume="my-service")
    }
    assert documented == data
