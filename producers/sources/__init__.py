"""Where articles come from: files and feeds."""
