"""One row a file that gave no image, and why."""

from __future__ import annotations

from scan2train.tables.column import Column, Table

SKIPPED = Table(
    "skipped",
    "Files and volumes that could not be used",
    (
        Column(name="source", kind="text", meaning="The source folder or file as it was given, absolute"),
        Column(name="path", kind="text", meaning="The file, relative to the source, with forward slashes"),
        Column(name="size", kind="integer", meaning="Size of the file", unit="bytes"),
        Column(name="mtime_ns", kind="integer", meaning="Time of last change, since the epoch", unit="ns"),
        Column(name="reason", kind="text", meaning="Short word: not-an-image, truncated, link, not-a-regular-file, no-pixels, …"),
        Column(name="code", kind="text", meaning="Rule code of the finding, where the reason is one (FIL001, FIL002, FIL003, FIL005)"),
        Column(name="message", kind="text", meaning="What was expected, what was found"),
    ),
)
