"""What all tiers share: the quality card at the end of whatever run measured something."""

pytest_plugins = ("tests.quality.plugin",)
