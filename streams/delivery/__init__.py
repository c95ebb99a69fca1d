"""The stage pump: the one place that reads, decides, produces, writes tables and acknowledges."""
