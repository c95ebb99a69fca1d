"""What can go wrong with a model."""


class ModelFailed(Exception):
    """The model did not get through this article; the reason is for `skipped`."""


class PoolBroken(Exception):
    """The models cannot be loaded here, or the pool was closed before the article was done: no fault of the article."""
