"""The cache of jars, with a repository that is a folder instead of Maven Central."""

import hashlib
import threading
from pathlib import Path

import pytest

from streams.broker import jars
from streams.broker.errors import BrokerError
from streams.broker.release import Jar, Release

CONTENTS = {f"org.example:part{number}:1.0": bytes([number]) * (1_000 + number) for number in range(20)}
RELEASE = Release(
    "9.9",
    b"",
    tuple(Jar(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENTS.items()),
)


class FakeMaven:
    """What jars.py uses of jgo: an artifact already in the repository is returned, another one is fetched."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        self.lock = threading.Lock()
        self.downloads: list[str] = []
        self.corrupt: dict[str, int] = {}  # how many more times a jar arrives damaged
        self.error: Exception | None = None

    def create_dependency(self, coordinate: str) -> "FakeMaven.Dependency":
        return self.Dependency(self, coordinate)

    class Dependency:
        def __init__(self, maven: "FakeMaven", coordinate: str) -> None:
            self.maven, self.coordinate, self.artifact = maven, coordinate, self

        def resolve(self) -> Path:
            path = self.maven.repository / Jar(self.coordinate, 0, "").path
            if path.exists():
                return path
            with self.maven.lock:
                if self.maven.error:
                    raise self.maven.error
                self.maven.downloads.append(self.coordinate)
                damaged = self.maven.corrupt.get(self.coordinate, 0) > 0
                self.maven.corrupt[self.coordinate] = self.maven.corrupt.get(self.coordinate, 0) - 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CONTENTS[self.coordinate][: 10 if damaged else None])
            return path


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMaven:
    fake = FakeMaven(tmp_path / "kafka-9.9.partial")
    monkeypatch.setenv("NEWSWIRE_CACHE", str(tmp_path))
    monkeypatch.setattr(jars, "read_release", lambda: RELEASE)
    monkeypatch.setattr(jars, "_maven", lambda repository: fake)
    return fake


def test_an_empty_cache_is_filled_once(maven: FakeMaven, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    classpath = jars.kafka_classpath(lambda done, total: seen.append((done, total)))
    assert classpath == [tmp_path / "kafka-9.9" / jar.path for jar in RELEASE.jars]
    assert [path.read_bytes() for path in classpath] == list(CONTENTS.values())
    total = sum(map(len, CONTENTS.values()))
    assert [one for one, _ in seen] == sorted({one for one, _ in seen}), "progress only grows"
    assert seen[-1] == (total, total)
    assert jars.kafka_classpath() == classpath
    assert len(maven.downloads) == len(CONTENTS), "a second start downloads nothing"


def test_a_filled_cache_needs_no_network(maven: FakeMaven) -> None:
    jars.kafka_classpath()
    maven.error = ConnectionError("offline")
    assert jars.kafka_classpath()


def test_a_damaged_download_is_repeated(maven: FakeMaven) -> None:
    maven.corrupt = {"org.example:part3:1.0": jars.ATTEMPTS - 1}
    classpath = jars.kafka_classpath()
    assert classpath[3].read_bytes() == CONTENTS["org.example:part3:1.0"]


def test_a_wrong_checksum_never_reaches_the_classpath(maven: FakeMaven, tmp_path: Path) -> None:
    maven.corrupt = {"org.example:part3:1.0": 1_000}
    with pytest.raises(BrokerError, match=r"cannot download org\.example:part3:1\.0 .*wrong checksum"):
        jars.kafka_classpath()
    assert not (tmp_path / "kafka-9.9").exists()


def test_what_a_killed_download_left_is_checked_and_used(maven: FakeMaven) -> None:
    half, whole = RELEASE.jars[4], RELEASE.jars[5]
    for jar, content in ((half, b"half of it"), (whole, CONTENTS[whole.coordinate])):
        path = maven.repository / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    classpath = jars.kafka_classpath()
    assert classpath[4].read_bytes() == CONTENTS[half.coordinate]
    assert half.coordinate in maven.downloads
    assert whole.coordinate not in maven.downloads


def test_a_jar_lost_from_the_cache_is_fetched_alone(maven: FakeMaven) -> None:
    jars.kafka_classpath()[7].unlink()
    maven.downloads.clear()
    assert jars.kafka_classpath()[7].exists()
    assert maven.downloads == [RELEASE.jars[7].coordinate]


def test_no_network_is_one_clear_line(maven: FakeMaven) -> None:
    maven.error = ConnectionError("<a nest\nof reprs>")
    with pytest.raises(BrokerError) as caught:
        jars.kafka_classpath()
    message = str(caught.value)
    assert "\n" not in message
    assert "Maven Central (ConnectionError)" in message
    assert "--bootstrap" in message


def test_a_full_disk_is_called_so(maven: FakeMaven, tmp_path: Path) -> None:
    maven.error = OSError(28, "No space left on device")
    with pytest.raises(BrokerError, match=f"cannot keep Kafka's jars in {tmp_path}.*No space left.*NEWSWIRE_CACHE"):
        jars.kafka_classpath()


def test_two_processes_fill_one_cache_once(maven: FakeMaven) -> None:
    threads = [threading.Thread(target=jars.kafka_classpath) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(maven.downloads) == len(CONTENTS)


def test_the_cache_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_CACHE", str(tmp_path / "mine"))
    assert jars.cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("NEWSWIRE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert jars.cache_folder() == tmp_path / "xdg" / "newswire"
