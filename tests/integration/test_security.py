"""TLS, SCRAM and ACLs on a real broker: the pipeline runs with the rights in the table, and not without them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from producers.items import Item
from producers.sources.files import read_files
from streams.client import NoBroker, offset_bounds
from streams.connect import NotSecured, probe
from streams.contracts.acls import READ, WRITE, Grant, grants
from streams.contracts.connection import Connection, Security
from streams.contracts.topics import Catalogue
from tests.integration.running import ROOT, SEEDS, environment, log_lines, newswire, run_async, until, worker
from tests.integration.secure import ADMIN, Authority, SecureKafka, secrets_in, secure_kafka, with_other

pytestmark = pytest.mark.integration
LINE_SECONDS: Final = 30.0  # beside the start of Python, which a busy machine stretches
IMPORTS: Final = "import streams.cli, streams.delivery.fixes"
GROUP: Final = "nw"

TONGA: Final = "https://wire.example/20260407/tonga-second-undersea-cable"  # a seed
COPY: Final = "https://coastal-times.example/article.php?slug=second-cable-for-tonga&id=4410"  # a near copy of it
OTHERS: Final = (
    "https://eastern-tribune.example/2026/04/07/early-heat-rajasthan-temperature",
    "https://wire.example/20260407/quake-western-nepal-villages",
)
OPERATED: Final = (  # what an operator does while the worker runs; replay, diff and refusals have a test of their own
    ("explain", TONGA, COPY, "--brief"),
    ("dead", "list"),
    ("dead", "redrive", "--all"),
    ("override", "split", TONGA, COPY),
    ("override", "entity", "merge", "Tonga", "Nepal"),
    ("reconcile", "--wait", "120"),
    ("forget", TONGA),
)
REFUSED: Final = (  # and the topic that each would write first or last
    (("dead", "redrive", "--all"), "redrive"),
    (("override", "merge", *OTHERS), "redrive"),
    (("override", "entity", "merge", "Lisbon", "Bolivia"), "orders"),
    (("forget", TONGA), "clean"),
)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    with secure_kafka(tmp_path_factory.mktemp("secure") / "broker") as running:
        yield running


@pytest.fixture
def line_seconds() -> float:
    """Seconds within which a line must come: on this machine, under the load of this moment."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, check=True, timeout=120)
    return LINE_SECONDS + time.monotonic() - started


@pytest.fixture
def catalogue(kafka: SecureKafka, request: pytest.FixtureRequest) -> Catalogue:
    """Topics of this test alone, made by the role admin with the rights of the role admin."""
    own = Catalogue(prefix=f"s{os.urandom(4).hex()}.", partitions=2)
    allow(kafka, "admin", own)
    done = newswire("topics", "create", env=env_of(kafka, "admin", own, Path()))
    assert done.returncode == 0, done.stderr.decode()
    return own


def allow(kafka: SecureKafka, role: str, catalogue: Catalogue, *, without: Grant | None = None) -> None:
    """Give the role's user the role's rights on these topics, but for one."""
    given = grants(role, catalogue, group=catalogue.prefix + GROUP, resume=catalogue.prefix + "mine")
    kept = [_less(grant, without) for grant in given]
    assert without is None or kept != list(given), f"{role} has no {without}"
    run_async(kafka.allow(f"User:{role}", [grant for grant in kept if grant.operations]))


def _less(grant: Grant, without: Grant | None) -> Grant:
    if without is None or (grant.resource, grant.name) != (without.resource, without.name):
        return grant
    rest = tuple(each for each in grant.operations if each not in without.operations)
    return Grant(grant.resource, grant.name, rest, grant.prefixed)


def env_of(kafka: SecureKafka, user: str, catalogue: Catalogue, state: Path, **more: str) -> dict[str, str]:
    env = environment(kafka.bootstrap, catalogue, state, NEWSWIRE_GROUP=catalogue.prefix + GROUP)
    return {**env, **kafka.environment(user), **more}


def producers(env: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "producers", "files", *arguments], env=env, capture_output=True, cwd=ROOT, timeout=120,
        check=False,
    )  # fmt: skip


def test_the_pipeline_runs_with_the_rights_of_the_table(
    kafka: SecureKafka, catalogue: Catalogue, tmp_path: Path
) -> None:
    for role in ("producer", "worker", "subscriber", "operator"):
        allow(kafka, role, catalogue)
    log, state = tmp_path / "worker.log", tmp_path / "state"
    files = [str(SEEDS / "articles.jsonl"), str(SEEDS / "bad_input.jsonl")]
    said = [producers(env_of(kafka, "producer", catalogue, state), *files)]
    count = sum(isinstance(item, Item) for item in read_files(files))
    operator = env_of(kafka, "operator", catalogue, state)
    with worker(env_of(kafka, "worker", catalogue, state), log) as process:
        said.append(until(lambda: _done(operator), "every outcome", 240))
        assert f"published {count} =".encode() in said[-1].stdout
        for verb in OPERATED:
            said.append(newswire(*verb, env=operator))
            assert said[-1].returncode == 0, (verb, said[-1].stdout.decode(), said[-1].stderr.decode())
        until(lambda: _done(operator), "every outcome of what was sent again", 240)
        assert process.poll() is None
        process.terminate()
        assert process.wait(30) == 0
    subscriber = env_of(kafka, "subscriber", catalogue, state)
    said.append(
        newswire("tail", "--since", "earliest", "--to-end", "--resume", catalogue.prefix + "mine", env=subscriber)
    )
    assert len(said[-1].stdout.splitlines()) > 50
    said.append(newswire("tail", "--topic", "raw", "--to-end", env=subscriber))
    assert said[-1].returncode == 2, "a subscriber has no business on news.raw"
    assert b"that we may read" in said[-1].stderr
    said.append(newswire("tail", "--to-end", "--resume", "somebody-elses", env=subscriber))
    assert said[-1].returncode == 2, "nor in a group that is not its own"
    assert b"does not allow us to read with this group" in said[-1].stderr
    said += [newswire(*verb, env=operator) for verb in (("topics", "check"), ("health",))]
    assert said[-2].returncode == 0, said[-2].stderr.decode()
    said += _refused_without_write(kafka, catalogue, operator)
    written = log.read_bytes() + b"".join(done.stdout + done.stderr for done in said)
    written += b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert not secrets_in(written, kafka)
    assert b"uthoriz" not in log.read_bytes(), "a right is missing"


def _refused_without_write(
    kafka: SecureKafka, catalogue: Catalogue, operator: dict[str, str]
) -> "list[subprocess.CompletedProcess[bytes]]":
    said = []
    for verb, short in REFUSED:
        topic = f"{catalogue.prefix}news.{short}"
        run_async(kafka.deny("User:operator", topic, WRITE))
        said.append(newswire(*verb, env=operator))
        assert said[-1].returncode == 2, (verb, said[-1].stdout.decode(), said[-1].stderr.decode())
        assert f"does not allow us Write on topic {topic}: grant it".encode() in said[-1].stderr
        assert len(said[-1].stderr.splitlines()) == 1, said[-1].stderr.decode()
    run_async(kafka.deny("User:producer", catalogue.raw.name, WRITE))
    for role, code, says in (  # of which the operator may write elsewhere
        ("producer", 2, "does not allow us Write on any topic: grant it"),
        ("operator", 3, "grant Write on the topic"),
    ):
        said.append(producers({**operator, **kafka.environment(role)}, str(SEEDS / "articles.jsonl")))
        assert said[-1].returncode == code, said[-1].stderr.decode()
        assert says.encode() in said[-1].stderr
    return said


def test_an_operator_replays_to_a_shadow_topic_and_what_cannot_be_read_is_named(
    kafka: SecureKafka, catalogue: Catalogue, tmp_path: Path
) -> None:
    for role in ("producer", "operator"):
        allow(kafka, role, catalogue)
    done = producers(env_of(kafka, "producer", catalogue, tmp_path), str(SEEDS / "bad_input.jsonl"))
    assert done.returncode == 0, done.stderr.decode()
    env = env_of(kafka, "operator", catalogue, tmp_path)
    shadow = f"{catalogue.prefix}shadow.news"
    done = newswire("replay", "--from", "earliest", "--to-topic", shadow, "--quiet", env=env)
    assert done.returncode == 0, done.stderr.decode()
    done = newswire("diff", f"topic:{shadow}", f"topic:{shadow}", env=env)
    assert done.returncode == 0, done.stderr.decode()
    run_async(kafka.deny("User:operator", catalogue.dead.name, READ))
    none = {**env, "NEWSWIRE_PREFIX": f"{catalogue.prefix}shadow."}  # where the operator sees what exists
    for verb, given, says in (
        (("replay", "--from", "0", "--to-topic", "else.news"), env, "does not allow us to see topic else.news"),
        (("dead", "list"), env, f"does not allow us Read on topic {catalogue.dead.name}"),
        (("reconcile",), env, f"does not allow us Read on topic {catalogue.dead.name}"),
        (("dead", "list"), none, f"topic {catalogue.prefix}shadow.news.dead does not exist"),
    ):
        done = newswire(*verb, env=given)
        assert done.returncode == 2, done.stderr.decode()
        assert says in done.stderr.decode()
        assert len(done.stderr.splitlines()) == 1, done.stderr.decode()


def _done(env: dict[str, str]) -> "subprocess.CompletedProcess[bytes] | None":
    done = newswire("status", env=env)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done if done.returncode == 0 else None


PROGRAMS: Final = {
    "worker": ("worker", ["streams", "worker"]),
    "supervised": ("worker", ["streams", "worker", "--supervise"]),
    "producer": ("producer", ["producers", "files", str(SEEDS / "articles.jsonl")]),
    "tail": ("subscriber", ["streams", "tail", "--to-end"]),
    "get": ("subscriber", ["streams", "get", "https://a.example/b"]),
    "status": ("operator", ["streams", "status"]),
    "create": ("admin", ["streams", "topics", "create"]),
    "up": ("admin", ["streams", "up", "--once"]),
}


def refused(
    kafka: SecureKafka, program: str, catalogue: Catalogue, state: Path, line_seconds: float, **changes: str
) -> str:
    """Run a program that must end with one line, at once, without zero and without a secret; return the line."""
    user, command = PROGRAMS[program]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command], env=env_of(kafka, user, catalogue, state, **changes), capture_output=True,
        cwd=ROOT, timeout=90, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - started
    lines = [line for line in done.stderr.decode().splitlines() if not line.startswith("{")]
    assert done.returncode == 2, done.stderr.decode()
    assert len(lines) == 1, done.stderr.decode()
    assert seconds < line_seconds
    assert not secrets_in(done.stdout + done.stderr, kafka)
    assert b"wrong-password" not in done.stdout + done.stderr
    return lines[0]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_wrong_password_is_one_line(kafka: SecureKafka, tmp_path: Path, line_seconds: float, program: str) -> None:
    line = refused(kafka, program, Catalogue(), tmp_path, line_seconds, NEWSWIRE_SASL_PASSWORD="wrong-password")
    assert f"does not let user {PROGRAMS[program][0]} in (SCRAM-SHA-512)" in line
    assert "NEWSWIRE_SASL_PASSWORD" in line


@pytest.mark.parametrize("program", ["worker", "producer", "tail"])
def test_a_broker_that_is_not_trusted_is_one_line(
    kafka: SecureKafka, tmp_path: Path, line_seconds: float, program: str
) -> None:
    other = Authority.new("somebody else").write(tmp_path / "other.pem")
    line = refused(kafka, program, Catalogue(), tmp_path, line_seconds, NEWSWIRE_TLS_CA=str(other))
    assert "is not trusted" in line
    assert "NEWSWIRE_TLS_CA" in line


@pytest.mark.parametrize("program", ["worker", "producer"])
def test_nothing_falls_back_to_plaintext(kafka: SecureKafka, tmp_path: Path, line_seconds: float, program: str) -> None:
    plain = {"NEWSWIRE_SASL_USERNAME": "", "NEWSWIRE_SASL_PASSWORD": "", "NEWSWIRE_TLS_CA": ""}
    line = refused(kafka, program, Catalogue(), tmp_path, line_seconds, NEWSWIRE_SECURITY="plaintext", **plain)
    assert "hangs up on plaintext" in line
    line = refused(kafka, program, Catalogue(), tmp_path, line_seconds, NEWSWIRE_SECURITY="plaintext")
    assert "NEWSWIRE_SECURITY is plaintext, which has no use for" in line
    line = refused(kafka, program, Catalogue(), tmp_path, line_seconds, NEWSWIRE_BOOTSTRAP=kafka.plaintext)
    assert "hangs up on SASL over TLS" in line


@pytest.mark.parametrize(
    ("stages", "lacks", "says"),
    [
        ("normalise", ("topic", "raw", READ), "Read on topic {0}news.raw"),
        ("normalise", ("topic", "dead", WRITE), "Write on topic {0}news.dead"),
        ("dedupe", ("topic", "decisions", READ), "Read on topic {0}news.decisions"),
        ("dedupe,classify", ("topic", "unique", WRITE), "Write on topic {0}news.unique"),
        ("tabulate", ("topic", "articles", WRITE), "Write on topic {0}news.articles"),
        ("resolve", ("topic", "resolutions", READ), "Read on topic {0}news.resolutions"),
        ("resolve", ("topic", "orders", READ), "Read on topic {0}news.orders"),
        ("extract", ("group", "", READ), "Read on group {0}nw.extract"),
        ("normalise", ("cluster", "", "DescribeConfigs"), "grant DescribeConfigs on the cluster"),
    ],
)
def test_a_worker_that_lacks_a_right_says_which(
    kafka: SecureKafka,
    catalogue: Catalogue,
    tmp_path: Path,
    line_seconds: float,
    stages: str,
    lacks: tuple[str, str, str],
    says: str,
) -> None:
    resource, short, operation = lacks
    names = {"topic": f"{catalogue.prefix}news.{short}", "group": f"{catalogue.prefix}nw.", "cluster": "kafka-cluster"}
    without = Grant(resource, names[resource], (operation,))  # type: ignore[arg-type]
    own = [_less(grant, without) for grant in grants("worker", catalogue, group=catalogue.prefix + GROUP)]
    # The cluster is one for all cases, and what was granted on it stays: that case takes a user of its own.
    user = "operator" if resource == "cluster" else "nobody"
    run_async(kafka.allow(f"User:{user}", [grant for grant in own if grant.operations]))
    started = time.monotonic()
    done = newswire("worker", "--stages", stages, env=env_of(kafka, user, catalogue, tmp_path))
    assert done.returncode == 2, done.stderr.decode()
    assert says.format(catalogue.prefix) in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1, done.stderr.decode()
    assert time.monotonic() - started < line_seconds
    assert not secrets_in(done.stderr, kafka)


@pytest.mark.parametrize("program", ["producer", "tail", "get", "status", "create"])
def test_a_program_without_any_right_says_so(
    kafka: SecureKafka, catalogue: Catalogue, tmp_path: Path, line_seconds: float, program: str
) -> None:
    nobody = {"NEWSWIRE_SASL_USERNAME": "nobody", "NEWSWIRE_SASL_PASSWORD": kafka.passwords["nobody"]}
    fresh = Catalogue(prefix=f"none{os.urandom(4).hex()}.", partitions=2)
    line = refused(kafka, program, fresh, tmp_path, line_seconds, **nobody)
    assert "grant " in line


def test_a_right_that_is_taken_away_stops_the_worker(kafka: SecureKafka, catalogue: Catalogue, tmp_path: Path) -> None:
    for role in ("producer", "worker"):
        allow(kafka, role, catalogue)
    log = tmp_path / "worker.log"
    with worker(env_of(kafka, "worker", catalogue, tmp_path), log, "--stages", "normalise") as process:
        until(lambda: [line for line in log_lines(log) if line["event"] == "worker.ready"] or None, "a worker")
        run_async(kafka.deny("User:worker", catalogue.clean.name, WRITE))
        done = producers(env_of(kafka, "producer", catalogue, tmp_path), str(SEEDS / "articles.jsonl"))
        assert done.returncode == 0, done.stderr.decode()
        assert process.wait(LINE_SECONDS) == 3
    [stopped] = [line for line in log_lines(log) if line["event"] == "worker.stopped"]
    assert "uthoriz" in stopped["reason"]
    assert not secrets_in(log.read_bytes(), kafka)


def test_a_certificate_of_ones_own_is_enough_where_the_broker_asks_for_it(
    kafka: SecureKafka, catalogue: Catalogue, tmp_path: Path
) -> None:
    run_async(kafka.allow("User:CN=worker", grants("operator", catalogue, group=catalogue.prefix + GROUP)))
    tls = Security(ca=str(kafka.ca), certificate=str(kafka.client[0]), key=str(kafka.client[1]))
    assert run_async(offset_bounds(Connection(kafka.tls_only, tls), catalogue.raw)) == {0: (0, 0), 1: (0, 0)}
    env = environment(
        kafka.tls_only, catalogue, tmp_path, NEWSWIRE_SECURITY="tls", NEWSWIRE_TLS_CA=str(kafka.ca),
        NEWSWIRE_TLS_CERTIFICATE=str(kafka.client[0]), NEWSWIRE_TLS_KEY=str(kafka.client[1]),
        NEWSWIRE_GROUP=catalogue.prefix + GROUP,
    )  # fmt: skip
    done = newswire("status", env=env)
    assert done.returncode == 0, done.stderr.decode()
    with pytest.raises(NoBroker, match=r"hangs up on TLS|does not speak TLS"):
        run_async(offset_bounds(Connection(kafka.tls_only, Security(ca=str(kafka.ca))), catalogue.raw))


def test_who_answers_and_who_lets_us_in(kafka: SecureKafka) -> None:
    good = kafka.connection("worker")
    assert run_async(probe(good, 5.0))
    assert run_async(probe(with_other(good, mechanism="SCRAM-SHA-256"), 5.0))
    assert not run_async(probe(Connection("127.0.0.1:1", good.security), 5.0))
    both = Connection(f"127.0.0.1:1,{kafka.bootstrap}", good.security)
    assert run_async(probe(both, 5.0)), "the first broker is down, the second is not"
    for wrong, says in (
        (with_other(good, password="wrong"), "does not let user worker in"),
        (with_other(good, username="stranger"), "does not let user stranger in"),
        (Connection(kafka.bootstrap, Security(ca=str(kafka.ca))), "hangs up on TLS"),
        (Connection(kafka.bootstrap.replace("127.0.0.1", "localhost"), good.security), "is not trusted"),
    ):
        with pytest.raises(NotSecured, match=says):
            asyncio.run(probe(wrong, 5.0))


def test_the_super_user_of_the_tests_is_no_role(kafka: SecureKafka) -> None:
    assert run_async(probe(kafka.connection(ADMIN), 5.0))
