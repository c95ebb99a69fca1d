from pathlib import Path

from streams.broker.config import LOG_SETTINGS, java_command, server_properties


def parsed(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_everything_binds_loopback_only() -> None:
    settings = parsed(server_properties("data", 1234, 5678, {}))
    assert settings["listeners"] == "BROKER://127.0.0.1:1234,CONTROLLER://127.0.0.1:5678"
    assert settings["advertised.listeners"] == "BROKER://127.0.0.1:1234"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:5678"


def test_internal_topics_need_one_broker_only() -> None:
    settings = parsed(server_properties("data", 1, 2, {}))
    factors = {key: value for key, value in settings.items() if key.endswith((".replication.factor", ".min.isr"))}
    assert len(factors) == 5
    assert set(factors.values()) == {"1"}


def test_no_topic_appears_by_accident_and_no_group_waits() -> None:
    settings = parsed(server_properties("data", 1, 2, {}))
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["group.initial.rebalance.delay.ms"] == "0"


def test_extra_properties_win() -> None:
    settings = parsed(server_properties("data", 1, 2, {"num.io.threads": "9", "log.segment.bytes": "1048576"}))
    assert settings["num.io.threads"] == "9"
    assert settings["log.segment.bytes"] == "1048576"


def test_a_backslash_survives_java() -> None:
    assert parsed(server_properties("data", 1, 2, {"x": "a\\b"}))["x"] == "a\\\\b"


def test_the_program_comes_last_on_the_command_line() -> None:
    jars = [Path("/jars/a.jar"), Path("/jars/b.jar")]
    command = java_command(Path("/java"), jars, Path("/scratch"), "kafka.Kafka", "settings")
    assert command[0] == "/java"
    assert command[-4:] == ["-cp", "/jars/a.jar:/jars/b.jar", "kafka.Kafka", "settings"]
    assert "-Djava.io.tmpdir=/scratch" in command


def test_the_log_settings_are_there() -> None:
    assert f"-Dlog4j2.configurationFile={LOG_SETTINGS}" in java_command(Path("java"), [], Path("s"))
    assert LOG_SETTINGS.is_file()
