"""One file for each way to print what was found."""
