"""Which scans are fit for a task, and which of a study to take."""
