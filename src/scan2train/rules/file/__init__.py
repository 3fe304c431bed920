"""Rules about files: what cannot be read, what is hidden, and what is not what it says."""
