"""What git knows of a folder, from its files: git itself is never run, for a repository can tell it to run more."""
