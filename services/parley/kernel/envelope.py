"""The envelope: a fact as a Kafka message in the form of CloudEvents 1.0 (binary mode), for the services among themselves or for everybody.

Key is the lane, value is the fact's body, everything else is in headers. What goes to everybody has no number, name or time in it that the facts which they
may not see could be counted by: it is numbered by its `public_seq` alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.kernel.log import Recorded

Headers = Sequence[tuple[str, bytes]]
CONTENT_TYPE = b"application/json"


class Undecodable(Exception):  # noqa: N818  (a state of a message, which has a place of its own to go to)
    """A message is not an envelope of ours. Its argument is a reason without any of its content."""


def private_headers(fact: Recorded) -> list[tuple[str, bytes]]:
    """The headers for the services among themselves."""
    return [
        *_common(fact, fact.id, str(fact.seq)),
        ("ce_subject", fact.stream.encode()),
        ("ce_streamversion", str(fact.version).encode()),
        ("ce_position", str(fact.position).encode()),
        ("ce_publicsequence", str(fact.public_seq or "").encode()),
        ("ce_author", fact.by),
        ("ce_hash", fact.hash.hex().encode()),
    ]


def public_headers(fact: Recorded) -> list[tuple[str, bytes]]:
    """The headers for everybody."""
    return _common(fact, f"{fact.service}:{fact.lane}:public:{fact.public_seq}", str(fact.public_seq))


def _common(fact: Recorded, name: str, sequence: str) -> list[tuple[str, bytes]]:
    headers = {
        "ce_specversion": "1.0",
        "ce_id": name,
        "ce_source": f"/parley/{fact.service}",
        "ce_type": fact.type,
        "ce_time": fact.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ce_dataschema": f"urn:parley:schema:{fact.type}",
        "ce_partitionkey": fact.lane,
        "ce_sequence": sequence,
    }
    encoded = [(name, value.encode()) for name, value in headers.items()] + [("content-type", CONTENT_TYPE)]
    return [*encoded, ("traceparent", fact.trace.encode())] if fact.trace else encoded


def opened(key: bytes | None, value: bytes | None, headers: Headers, *, public: bool) -> Recorded:
    """The fact in a message.

    Raises:
        Undecodable: it is none.
    """
    said = dict(headers)
    try:
        if said["ce_specversion"] != b"1.0" or said["content-type"] != CONTENT_TYPE:
            raise Undecodable("not CloudEvents 1.0 with JSON in it")
        if key is None or key != said["ce_partitionkey"]:
            raise Undecodable("key is not the lane")
        service = said["ce_source"].decode().removeprefix("/parley/")
        if not said["ce_type"].decode().startswith(f"parley.{service}."):
            raise Undecodable("type is not one of its source")
        msgspec.json.decode(value or b"", type=msgspec.Raw)
        return _public(service, key, value or b"", said) if public else _private(service, key, value or b"", said)
    except KeyError as missing:
        raise Undecodable(f"header {missing.args[0]} is missing") from None
    except (ValueError, msgspec.DecodeError) as error:
        raise Undecodable(f"not readable: {type(error).__name__}") from None


def _private(service: str, key: bytes, value: bytes, said: Mapping[str, bytes]) -> Recorded:
    public_seq = said["ce_publicsequence"].decode()
    # The position is the record's own, and says nothing in another one.
    return Recorded(
        0, service, said["ce_subject"].decode(), int(said["ce_streamversion"]), key.decode(), int(said["ce_sequence"]), int(public_seq) if public_seq else None,
        said["ce_type"].decode(), value, said["ce_author"], _time(said), bytes.fromhex(said["ce_hash"].decode()), _trace(said),
    )  # fmt: skip


def _public(service: str, key: bytes, value: bytes, said: Mapping[str, bytes]) -> Recorded:
    return public_part(
        Recorded(0, service, "", 0, key.decode(), 0, int(said["ce_sequence"]), said["ce_type"].decode(), value, b"{}", _time(said), b"", _trace(said))
    )


def public_part(fact: Recorded) -> Recorded:
    """A public fact as everybody sees it."""
    return msgspec.structs.replace(fact, position=0, stream="", version=0, seq=0, by=b"{}", hash=b"")


def _time(said: Mapping[str, bytes]) -> datetime:
    return datetime.fromisoformat(said["ce_time"].decode())


def _trace(said: Mapping[str, bytes]) -> str | None:
    trace = said.get("traceparent")
    return trace.decode() if trace else None
