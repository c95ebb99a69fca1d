"""The one error that means "this record itself is at fault".

NewswireError
└── Malformed      dead letter at once, never retried
"""

from typing import Final


class NewswireError(Exception):
    """Base of every error that newswire raises on purpose."""


class Malformed(NewswireError):
    """The record cannot be processed, now or later, whoever tries.

    `reason` is one of `REASONS`: a stable word for counting and filtering. `message` is for a person.
    """

    def __init__(self, reason: str, message: str) -> None:
        assert reason in REASONS, reason  # noqa: S101 - a programming error, not input
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


REASONS: Final[dict[str, str]] = {
    "null_value": "the record has no value",
    "unreadable": "a file or feed could not be read as far as this record (only from a file: producers refuse it)",
    "too_large": "the record is larger than its topic allows",
    "not_utf8": "the bytes are not UTF-8",
    "not_json": "the text is not complete, valid JSON",
    "not_object": "the JSON is not an object",
    "too_deep": "the JSON is nested too deeply",
    "no_identity": "neither a url, nor a guid together with a feed_url or source",
    "bad_url": "the url is not an http or https address with a host",
    "bad_field": "a needed field has the wrong type",
    "no_title": "no title",
    "no_text": "no article text is left once boilerplate is taken away",
    "bad_event": "an event between stages does not match its schema",
}
