"""One stage, one file: read, decide by a pure function, write. Nothing else happens here."""
