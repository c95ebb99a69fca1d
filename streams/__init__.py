"""newswire: raw news articles on Kafka in, clean, deduplicated, classified, entity-tagged events out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("newswire")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0.0.0"
