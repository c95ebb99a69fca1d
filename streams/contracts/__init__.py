"""What crosses the wire: events, topics, codec, ids. Everything else may change without a consumer noticing."""
