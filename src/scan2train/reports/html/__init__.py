"""The report: one page that opens from disk, without a single request to anywhere."""
