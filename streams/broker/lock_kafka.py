"""Pin a release of Kafka anew, after a change of `KAFKA`: python -m streams.broker.lock_kafka

Maven's resolution, as jgo does it, decides which jars; this records them with their checksums, so that no
start resolves anything and every download is verified against what was tested. Kafka's own tool formats a
folder, from which the part that is the same for every folder is recorded too.
"""

import hashlib
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Final

from jgo.maven import Dependency, MavenContext

from streams.broker.config import java_command, server_properties
from streams.broker.format import CHECKPOINT
from streams.broker.java import find_java
from streams.broker.release import PINS

KAFKA: Final = "4.3.1"
SCALA: Final = "2.13"
HEAD: Final = """\
# What Apache Kafka runs from. Made by lock_kafka.py, which says how.
# checkpoint: bootstrap.checkpoint of a new folder, base64. The others: artifact = size in bytes, SHA-256.
"""


def main() -> None:
    """Resolve, download, format and record."""
    with tempfile.TemporaryDirectory() as folder:
        jars = _resolve(MavenContext(repo_cache=Path(folder, "maven")))
        checkpoint = _format([dependency.artifact.resolve() for dependency in jars], Path(folder))
        lines = [f"kafka = {KAFKA}", f"checkpoint = {checkpoint}", *sorted(map(_line, jars))]
    PINS.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _resolve(context: MavenContext) -> list[Dependency]:
    broker = context.create_dependency(f"org.apache.kafka:kafka_{SCALA}:{KAFKA}")
    inputs, transitive = context.resolver.resolve([broker])
    found = [*inputs, *transitive]
    # Kafka's distribution adds the bridge from slf4j to log4j, its pom does not. No bridge, no log.
    log4j = next(dep.version for dep in found if dep.artifactId == "log4j-core")
    return [*found, context.create_dependency(f"org.apache.logging.log4j:log4j-slf4j-impl:{log4j}")]


def _format(classpath: list[Path], folder: Path) -> str:
    settings = folder / "format.properties"
    settings.write_text(server_properties("data", 1, 2, {}), encoding="utf-8")  # ports are read, not opened
    tool = (
        "kafka.tools.StorageTool",
        "format",
        "--cluster-id=newswire-newswire-newsQ",
        "--config",
        str(settings),
    )
    subprocess.run(java_command(find_java(), classpath, folder, *tool), cwd=folder, check=True)
    return b64encode((folder / "data" / CHECKPOINT).read_bytes()).decode()


def _line(dependency: Dependency) -> str:
    content = dependency.artifact.resolve().read_bytes()
    coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
    return f"{coordinate} = {len(content)} {hashlib.sha256(content).hexdigest()}"


if __name__ == "__main__":
    main()
