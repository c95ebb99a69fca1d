"""Other people's field names, turned into those of RawArticle."""

from collections.abc import Mapping

from producers.errors import InputError
from producers.items import dumped
from streams.contracts.codec import decode_raw
from streams.contracts.errors import Malformed
from streams.contracts.events import RawArticle
from streams.contracts.topics import MAX_RAW_BYTES


def parse_mapping(text: str | None) -> dict[str, str]:
    """Read `body=text,date=published_at`: their name on the left, ours on the right.

    Raises:
        InputError: a part is not `their=ours`, `ours` is not a field of RawArticle, or a name stands twice on its side.
    """
    mapping: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        theirs, _, ours = (side.strip() for side in part.partition("="))
        if not theirs or not ours:
            raise InputError(f"--map {part!r}: write their_name=our_name, for example body=text,date=published_at")
        if ours not in RawArticle.model_fields:
            raise InputError(f"--map {part!r}: {ours!r} is not a field of an article; use one of {_fields()}")
        if theirs in mapping or ours in mapping.values():
            twice = theirs if theirs in mapping else ours
            raise InputError(f"--map {part!r}: {twice!r} is named twice; give every field one name")
        mapping[theirs] = ours
    return mapping


def reshape(value: bytes, mapping: Mapping[str, str], source: str | None) -> bytes:
    """Rename the fields of a JSON object and name its source where it has none; all other fields stay.

    A renamed field replaces one that had our name before.
    Anything that is no raw record is returned as it is: the pipeline says what is wrong with it.
    """
    if not mapping and source is None:
        return value
    try:
        fields = decode_raw(value, MAX_RAW_BYTES)
    except Malformed:
        return value
    renamed = {mapping[name]: fields[name] for name in mapping if name in fields}
    kept = {name: fields[name] for name in fields if name not in mapping}
    if source is not None and not (kept.get("source") or renamed.get("source")):
        renamed["source"] = source
    return dumped({**kept, **renamed})


def _fields() -> str:
    return ", ".join(RawArticle.model_fields)
