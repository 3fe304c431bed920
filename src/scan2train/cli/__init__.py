"""The command line: one file a command, each thin over an engine that it imports only when it runs."""

from scan2train.cli.app import main

__all__ = ["main"]
