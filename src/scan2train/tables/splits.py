"""One row a volume and a part of the data set that it is in."""

from __future__ import annotations

from scan2train.tables.column import Column, Table

SPLITS = Table(
    "splits",
    "One row a volume and a part of the data set that it is in; made of folders or of a split file, and never written",
    (
        Column(name="volume_row", kind="integer", meaning="The volume's row in the volumes table, from 0"),
        Column(name="split", kind="text", meaning="train, val or test"),
        Column(name="fold", kind="integer", meaning="Number of the fold, from 0; null where the split has none, or for all of them"),
        Column(name="set", kind="text", meaning="The data set among several of one source that is split so; empty for all there is"),
        Column(name="patient", kind="text", meaning="Whose it is by the split file, as a word that tells patients apart; null where it does not say"),
    ),
)
