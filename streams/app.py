"""The composition root: the only place that builds Faust apps and joins them with models, tables and settings.

Each stage is an app of its own, with its own consumer group `<group>.<stage>`: lag, commits and rebalances of one stage
do not touch another, and a worker may run any subset (docs/adr/0004-one-app-a-stage.md).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import faust
from mode.supervisors import CrashingSupervisor

from streams.agents.classify import classify_stage
from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.extract import extract_stage
from streams.agents.normalise import normalise_stage
from streams.agents.resolve import resolve_stage
from streams.agents.tabulate import tabulate_stage
from streams.connect import client_arguments, tls_context
from streams.contracts import ids
from streams.contracts.codec import HeaderList
from streams.contracts.connection import Connection
from streams.contracts.topics import MAX_EVENT_BYTES, STAGES, TopicSpec
from streams.core import classify, extract
from streams.core.classify import TopicModel
from streams.core.dedupe import POLICY_VERSION as DEDUPE_VERSION
from streams.core.dedupe import DedupeState, prepare
from streams.core.entity_policy import POLICY_VERSION as RESOLVE_VERSION
from streams.core.entity_policy import ResolvePolicy
from streams.core.matching import HOUR_MS, DedupePolicy
from streams.core.normalise import NormaliseModels, NormalisePolicy
from streams.core.resolve import ResolveState
from streams.core.stories import StoryPolicy
from streams.delivery import fixes
from streams.delivery.assignor import SoleAssignor
from streams.delivery.changelog import Changelog, kafka_log
from streams.delivery.pump import Pump
from streams.delivery.records import Output, Stage
from streams.delivery.rows import Rows
from streams.delivery.sending import persistent
from streams.delivery.shelf import DiskShelf
from streams.delivery.stats import Stats
from streams.logs import get
from streams.models.extractor import Extractor
from streams.models.normalise import load_normalise_models
from streams.models.pipeline import pipeline_id
from streams.models.topics import load_topic_model
from streams.settings import Settings, group_of

EXTRACT_AHEAD: Final = 16  # articles for each model process: some 2 s of work
RAW: Final[dict[str, Any]] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip
# Stages with one writer that read several partitions: all of them are one worker's.
SOLE: Final = frozenset(("resolve",))
# The commit barrier gives up before Kafka takes the partitions away.
BARRIER_SHARE_OF_SESSION: Final = 0.8
# Whoever could not commit for a session is no member any more, unless the coordinator has just moved.
COMMIT_SESSIONS: Final = 2.0


def dedupe_policy(settings: Settings) -> DedupePolicy:
    """Return the policy of dedupe under these settings."""
    return DedupePolicy(window_ms=round(settings.dedupe_hours * HOUR_MS), max_articles=settings.dedupe_articles)


def resolve_policy(settings: Settings) -> ResolvePolicy:
    """Return the policy of resolve under these settings."""
    return ResolvePolicy(window_ms=round(settings.resolve_hours * HOUR_MS), max_articles=settings.resolve_articles)


def current_pipeline(settings: Settings) -> str:
    """Return the version of everything that decides under these settings."""
    return pipeline_id(
        (
            NormalisePolicy(),
            dedupe_policy(settings),
            StoryPolicy(),
            DEDUPE_VERSION,
            classify.POLICY_VERSION,
            extract.POLICY_VERSION,
        )
    )


def resolve_pipeline(settings: Settings, pipeline: str) -> str:
    """Return the version of what resolve says: no event before it depends on its policy."""
    return ids.pipeline_after(pipeline, repr((resolve_policy(settings), RESOLVE_VERSION)))


class Parts:
    """What is loaded once in a process, and only when a stage asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def normalise_models(self) -> NormaliseModels:
        """Language detector and word statistics."""
        return load_normalise_models()

    @cached_property
    def topic_model(self) -> TopicModel:
        """Model of the classify stage."""
        return load_topic_model()

    @cached_property
    def extractor(self) -> Extractor:
        """Pool of the extract stage; its processes start on first use."""
        return Extractor(processes=self._settings.processes, timeout=self._settings.model_timeout_seconds)

    def close(self, within: float | None = None) -> None:
        """End what was started; articles in the models are finished, for so many seconds if a limit is given."""
        if "extractor" in self.__dict__:
            self.extractor.close(within)


@dataclass(frozen=True, slots=True)
class StageApp:
    """A stage and the Faust app that runs it."""

    name: str
    app: Any
    stats: Stats
    closing: asyncio.Event

    def close(self) -> None:
        """Take no more records; what is in flight is finished."""
        self.closing.set()
        self.app.consumer.stop_flow()
        self.app.flow_control.suspend()


def create_app(
    settings: Settings,
    name: str,
    *,
    epochs: Mapping[str, str],
    parts: Parts,
    pipeline: str | None = None,
    build: "Build | None" = None,
    clock: Callable[[], float] = time.perf_counter,
) -> StageApp:
    """Return the app of one stage, ready to start.

    Args:
        settings: with `bootstrap` set.
        name: one of STAGES.
        epochs: topic name -> id of the topic at the broker.
        parts: the loaded models.
        pipeline: the version that events carry; default: the current one.
        build: makes the stage and its table; default: the stage of this name.
        clock: seconds, for durations only.
    """
    fixes.check_versions()
    fixes.install(
        barrier_seconds=settings.session_seconds * BARRIER_SHARE_OF_SESSION,
        commit_seconds=settings.session_seconds * COMMIT_SESSIONS,
        skip_expired=settings.skip_expired,
    )
    context = Context(settings.catalogue, pipeline or current_pipeline(settings), epochs)
    settings.state.mkdir(parents=True, exist_ok=True)
    app = _faust_app(settings, name)
    stage, table = (build or _BUILDERS[name])(app, settings, context, parts)
    made = StageApp(name, app, Stats(name), asyncio.Event())
    _add_agent(made, settings, context, stage, table, clock)
    _add_stats_timer(app, settings, made.stats)
    return made


def in_flight_of(settings: Settings, stage: str) -> int:
    """Return how many records a stage may have under way; fewer where each takes long, so that stopping does not."""
    return min(settings.in_flight, EXTRACT_AHEAD * settings.processes) if stage == "extract" else settings.in_flight


def _faust_app(settings: Settings, name: str) -> Any:
    assert settings.bootstrap, "a worker needs a broker"  # noqa: S101 - the verbs check it with a message
    connection = settings.connection
    hosts = [f"kafka://{host.strip()}" for host in connection.bootstrap.split(",")]
    instance = f"{settings.group}.{name}.{settings.slot}" if settings.slot else None
    return faust.App(
        group_of(settings, name),
        broker=hosts,
        broker_credentials=_credentials(connection),
        store="memory://",
        datadir=str(settings.state),
        autodiscover=False,
        web_enabled=False,  # Faust's web server would serve table data to anyone
        topic_allow_declare=False,  # topics are the catalogue's business
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        processing_guarantee="at_least_once",
        stream_wait_empty=False,  # with hand-made acknowledgements it would hang on SIGTERM
        stream_buffer_maxsize=settings.in_flight * 4,
        broker_commit_interval=settings.commit_seconds,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 4,
        broker_request_timeout=max(settings.request_seconds, settings.session_seconds + 5),
        broker_max_poll_records=settings.in_flight,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=2 * MAX_EVENT_BYTES,
        consumer_group_instance_id=instance,
        producer_acks=-1,
        producer_linger=settings.linger_ms / 1_000,
        producer_max_batch_size=256 * 1_024,
        producer_max_request_size=2 * MAX_EVENT_BYTES,
        producer_request_timeout=settings.request_seconds,
        cython_optimizations=True,
        **({"PartitionAssignor": SoleAssignor} if name in SOLE else {}),
    )


def _credentials(connection: Connection) -> Any:
    """Return what Faust's consumer and producer need to be let in; None for plaintext."""
    security = connection.security
    if security is None:
        return None
    context = tls_context(security)
    if security.username is None:
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=security.username, password=security.password, mechanism=security.mechanism, ssl_context=context
    )


def _publisher(app: Any) -> Callable[[str, bytes, bytes | None, HeaderList], Awaitable[Awaitable[Any]]]:
    async def publish(topic: str, key: bytes, value: bytes | None, headers: HeaderList) -> Awaitable[Any]:
        delivery: Awaitable[Any] = await app.producer.send(topic, key, value, None, None, headers)
        return delivery

    return persistent(publish, sleep=asyncio.sleep, chance=random.Random())  # noqa: S311 - spreads retries, no secret


def _add_agent(
    made: StageApp, settings: Settings, context: Context, stage: Stage, table: Any, clock: Callable[[], float]
) -> None:
    app = made.app
    publish = _publisher(app)

    async def send(output: Output) -> Awaitable[Any]:
        return await publish(output.topic.name, output.key, output.value, output.headers)

    def is_current(event: Any) -> bool:
        return bool(event.message.generation_id == app.consumer_generation_id)

    async def run(stream: Any) -> None:
        pump = Pump(
            stage,
            send=send,
            dead=context.catalogue.dead,
            pipeline=context.pipeline,
            in_flight=in_flight_of(settings, stage.name),
            request_seconds=settings.request_seconds,
            stats=made.stats,
            clock=clock,
            is_current=is_current,
            is_closing=made.closing.is_set,
            table=table,
        )
        await pump.run(stream.noack())

    source = app.topic(*(topic.name for topic in stage.sources), **RAW)
    app.agent(source, name=stage.name, concurrency=1, supervisor_strategy=CrashingSupervisor)(run)


def _add_stats_timer(app: Any, settings: Settings, stats: Stats) -> None:
    log = get()

    async def report() -> None:
        log.info("stats", **stats.line(settings.stats_seconds))

    app.timer(settings.stats_seconds)(report)


def _table(app: Any, spec: TopicSpec, epochs: Mapping[str, str], shelf: DiskShelf) -> Any:
    return app.tables.add(
        Rows(
            app, epochs=epochs, shelf=shelf, name=spec.name, beacon=app.tables.beacon, key_type=bytes, value_type=bytes,
            partitions=spec.partitions, changelog_topic=app.topic(spec.name, partitions=spec.partitions, **RAW),
        )
    )  # fmt: skip


Built = tuple[Stage, Any]
Build = Callable[[Any, Settings, Context, Parts], Built]


def _build_normalise(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    return normalise_stage(context, parts.normalise_models), None


def _build_dedupe(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    prepare()  # before there is a group to keep in touch with: compiled for the first time, it takes seconds
    changelog = Changelog(
        settings.catalogue.decisions.name,
        fresh=lambda: DedupeState(dedupe_policy(settings), pipeline=context.pipeline, shelf=DiskShelf(settings.state)),
        open_reader=kafka_log(settings.catalogue.decisions.name, client_arguments(settings.connection)),
        send=_publisher(app),
        clock=time.perf_counter,
    )
    return dedupe_stage(context, changelog, changelog), None


def _build_classify(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    return classify_stage(context, parts.topic_model), None


def _build_extract(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    return extract_stage(context, parts.extractor), None


def _build_tabulate(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    table = _table(app, settings.catalogue.articles, context.epochs, DiskShelf(settings.state))
    return tabulate_stage(context, table), table


def _build_resolve(app: Any, settings: Settings, context: Context, parts: Parts) -> Built:
    prepare()  # as in `_build_dedupe`: the indexes are the same
    context = replace(context, pipeline=resolve_pipeline(settings, context.pipeline))
    changelog = Changelog(
        settings.catalogue.resolutions.name,
        fresh=lambda: ResolveState(resolve_policy(settings), shelf=DiskShelf(settings.state)),
        open_reader=kafka_log(settings.catalogue.resolutions.name, client_arguments(settings.connection)),
        send=_publisher(app),
        clock=time.perf_counter,
    )
    return resolve_stage(context, changelog, changelog), None


_BUILDERS: Final[dict[str, Build]] = dict(
    zip(
        STAGES,
        (_build_normalise, _build_dedupe, _build_classify, _build_extract, _build_tabulate, _build_resolve),
        strict=True,
    )
)
