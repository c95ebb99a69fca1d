"""What can go wrong with a model."""


class ModelFailed(Exception):
    """The model did not get through this article; the reason is for `skipped`."""


class PoolBroken(Exception):
    """No child could be started: the models cannot be loaded here."""
