"""What a rule can ask for by naming a parameter of its ``check``.

A parameter with a default is optional: the rule is called wherever all others are there. ``check(row, decoded=None)``
judges headers alone, and again what reading showed, which then takes the place of the first word;
``check(row=None, skipped=None)`` is called for each volume, and once with the files that gave none.
"""

from __future__ import annotations

from typing import Final

# A rule may have two functions more that look at pixels: ``gather(volume, row)``, or of ``labels``, ``declared`` and
# ``row``, keeps what is to be known of one volume, and ``conclude(gathered)`` says once what follows from all of them;
# after ``gathered`` it may name tables, and the task where ``check`` must have it.

#: Parameter -> what it is, and how often a rule that names it is called.
INPUTS: Final = {
    "row": "one row of the volumes table as a mapping; called for each volume",
    "facts": "the module's FACTS of the volume: expressions over its slices in order of k (columns of the instances "
    "table, and k, frame, along_mm); with row; DICOM only",
    "decoded": "what decoding the volume's pixels showed (Decoded); with row; DICOM only",
    "volume": "the volume, decoded (Volume); called for each volume that can be read",
    "labels": "a mask, decoded (Labels); called for each mask that can be read",
    "declared": "what the data set declares of labels: value -> name, empty if nothing; with labels",
    "pair": "an image and its mask (Pair of rows); called for each pair",
    "volumes": "the volumes table; called once",
    "instances": "the instances table; called once",
    "frames": "the frames table; called once",
    "skipped": "the table of skipped files; called once",
    "files": "every file that was met: source, path, format (null where skipped), data_files; called once",
    "task": "what is to be learnt (Task); a rule that must have it runs only where a task is given",
    "splits": "which volumes are for training, validation or test, by folders or by --split: volume_row, split, fold, "
    "patient; called once",
    "identifying": "series, and sidecars of images, with attributes that still identify: source, path, series_uid, "
    "names, removed (whether the header says that identities are gone), n files; called once",
    "told": "what `leaks` found to tell the labels of the cases (list of Telling); called once, by `leaks` alone",
}

#: Inputs that a rule is called with once.
TABLES: Final = frozenset({"volumes", "instances", "frames", "skipped", "files", "splits", "identifying"})
#: Inputs for which pixels are decoded.
PIXELS: Final = frozenset({"decoded", "volume", "labels", "declared"})
#: Inputs that a rule is called with for each volume, and not once.
PER_VOLUME: Final = frozenset({"row", "facts", "decoded", "volume"})
#: What a single volume is judged by when it is read: neither tables nor any cost beyond the reading.
AT_READING: Final = frozenset({"row", "decoded"})
