"""What can go wrong between newswire and its broker, said in one line."""

from streams.contracts.errors import NewswireError


class BrokerError(NewswireError):
    """The broker, or what it needs to start, is not there. The message says what, where and what to do."""
