"""One file or folder per file format: the only rooms that know how bytes lie on disk."""
