"""What the embedded broker is told: server.properties and the Java command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
NODE_ID: Final = 1
MAX_HEAP: Final = "512m"  # 150 MB are used at rest; a 4 MiB record passes through the heap a few times
# Longer than any topic keeps its records (30 days): a group that has rested resumes where it was.
OFFSETS_RETENTION_MINUTES: Final = 45 * 24 * 60

BACKSLASH: Final = "\\"  # starts an escape in a Java properties file

LOG_SETTINGS: Final = Path(__file__).with_name("log4j2.properties")

SETTINGS: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "node.id": str(NODE_ID),
    "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "BROKER",
    "controller.listener.names": "CONTROLLER",
    # One broker holds the one copy of everything, the internal topics too. One partition each: a partition is
    # a folder and open files, and these topics are split only to spread load over brokers.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "offsets.retention.minutes": str(OFFSETS_RETENTION_MINUTES),
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",  # no other member to wait for: the default costs 3 s a start
    "auto.create.topics.enable": "false",  # a topic with wrong settings is worse than an error
    # After a kill the controller still believes the dead broker alive, and waits this long (default 9 s) to
    # let it back in. Both are in one process, so a short time does not misjudge a slow network.
    "broker.heartbeat.interval.ms": "1000",
    "broker.session.timeout.ms": "4000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": str(32 * 1024 * 1024),  # default 128 MiB of a 512 MiB heap
}


def server_properties(data: str, port: int, controller_port: int, extra: Mapping[str, str]) -> str:
    """Return the text of server.properties; `extra` wins over ours.

    `data` is relative to the broker's working directory: Kafka splits log.dirs at commas, and a path may
    have one.
    """
    settings = {
        **SETTINGS,
        "log.dirs": data,
        "listeners": f"BROKER://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"BROKER://{LOOPBACK}:{port}",
        "controller.quorum.voters": f"{NODE_ID}@{LOOPBACK}:{controller_port}",
        **extra,
    }
    return "".join(f"{key}={value.replace(BACKSLASH, 2 * BACKSLASH)}\n" for key, value in settings.items())


def java_command(java: Path, classpath: Sequence[Path], scratch: Path, *program: str) -> list[str]:
    """Return the command line that runs a Kafka program with a small heap and a quick start.

    `scratch` takes the native libraries that the compression codecs unpack at run time.
    """
    return [
        str(java),
        f"-Xmx{MAX_HEAP}",
        "-XX:+UseSerialGC",  # least memory and threads on a small machine
        "-XX:TieredStopAtLevel=1",  # quick to start; the second compiler pays off after minutes of load only
        "-Xshare:auto",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",  # a broker that limps on is worse than one that is restarted
        "-Djava.awt.headless=true",
        "-Djava.net.preferIPv4Stack=true",
        f"-Djava.io.tmpdir={scratch}",
        f"-Dlog4j2.configurationFile={LOG_SETTINGS}",
        "-Dlog4j2.disable.jmx=true",
        "-cp",
        ":".join(map(str, classpath)),
        *program,
    ]
