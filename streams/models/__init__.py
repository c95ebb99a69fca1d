"""Loading of the trained artefacts, and the processes that run core functions on them."""
