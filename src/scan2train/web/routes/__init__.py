"""One file a kind of route."""
