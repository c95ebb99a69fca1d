import re
from pathlib import Path

from streams.broker.release import Jar, parse_release, read_release

SHA = "ab" * 32


def test_a_jar_knows_its_place_in_a_repository() -> None:
    jar = Jar("org.apache.kafka:kafka_2.13:4.3.1", 1, SHA)
    assert jar.path == Path("org/apache/kafka/kafka_2.13/4.3.1/kafka_2.13-4.3.1.jar")


def test_pins_are_read() -> None:
    release = parse_release(f"# comment\nkafka = 4.3.1\ncheckpoint = AAEC\n\na.b:c:1 = 7 {SHA}\n")
    assert release == ("4.3.1", b"\0\1\2", (Jar("a.b:c:1", 7, SHA),))


def test_the_pinned_release_is_whole() -> None:
    release = read_release()
    names = {jar.coordinate.split(":")[1] for jar in release.jars}
    assert {f"kafka-clients:{release.version}", f"kafka_2.13:{release.version}"} <= {
        jar.coordinate.split(":", 1)[1] for jar in release.jars
    }
    assert "log4j-slf4j-impl" in names, "without the bridge Kafka logs nothing"
    assert len(names) == len(release.jars), "one version of each"
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in release.jars)
    for feature in (b"metadata.version", b"group.version", b"transaction.version"):
        assert feature in release.checkpoint
