"""Which volumes are for training, for validation, for test: as folders say it, or a file."""
