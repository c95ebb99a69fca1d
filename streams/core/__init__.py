"""The decisions, as pure functions: no clock, no I/O, no framework; loaded models are arguments."""
