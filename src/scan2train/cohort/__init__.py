"""The data set as a whole: one file, or folder, a question."""
