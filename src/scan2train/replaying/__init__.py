"""Parts of ``replay``: from accounts back to a plan."""
