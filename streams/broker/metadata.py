"""Kafka's Metadata request in version 12, the first to carry topic ids both ways (aiokafka 0.14 ends at 5).

Layout: https://kafka.apache.org/protocol#The_Messages_Metadata
"""

import socket
import struct
import uuid
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final, NamedTuple

from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

NO_ID: Final = uuid.UUID(int=0)


class Uuid(AbstractType[uuid.UUID]):  # type: ignore[misc]
    """16 bytes, most significant first."""

    @classmethod
    def encode(cls, value: uuid.UUID) -> bytes:
        """Return the bytes on the wire."""
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> uuid.UUID:
        """Read the bytes from the wire."""
        return uuid.UUID(bytes=data.read(16))


class MetadataResponse_v12(Response):  # type: ignore[misc]  # noqa: N801 - aiokafka's way of naming
    """What a broker says of its cluster."""

    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class MetadataRequest_v12(RequestStruct):  # type: ignore[misc]  # noqa: N801
    """The question on the wire."""

    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 12
    RESPONSE_TYPE = MetadataResponse_v12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class TopicsRequest(Request[MetadataRequest_v12]):  # type: ignore[misc]
    """Ask for these topics by name, and for our rights on them; never creates one."""

    API_KEY = 3

    def __init__(self, names: Iterable[str], *, rights: bool = False) -> None:
        self._names, self._rights = tuple(names), rights

    def build(self, request_struct_class: type[MetadataRequest_v12]) -> MetadataRequest_v12:
        """Return the question on the wire."""
        return request_struct_class([(NO_ID, name, {}) for name in self._names], False, self._rights, {})


class Cluster(NamedTuple):
    """A broker's answer about itself."""

    cluster_id: str
    brokers: int


def ask_cluster(host: str, port: int, timeout_s: float) -> Cluster | None:
    """Return what answers Kafka's protocol at this address, None when nothing does in time. Blocks."""
    request: Any = TopicsRequest(()).build(MetadataRequest_v12)
    message = request.build_request_header(correlation_id=1, client_id="newswire").encode() + request.encode()
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            connection.sendall(struct.pack(">i", len(message)) + message)
            with connection.makefile("rb") as stream:
                (size,) = struct.unpack(">i", stream.read(4))
                answer = BytesIO(stream.read(size))
        request.parse_response_header(answer)
        response: Any = MetadataResponse_v12.decode(answer)
    except (OSError, struct.error, ValueError):
        return None
    return Cluster(response.cluster_id, len(response.brokers))
