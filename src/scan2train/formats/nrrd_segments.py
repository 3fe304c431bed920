"""The names of labels in an NRRD, in the fields of 3D Slicer's segmentations.

Source: 3D Slicer, vtkMRMLSegmentationStorageNode, key/value pairs ``Segment0_Name``, ``Segment0_LabelValue`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scan2train.volume import Labels

_FIELD = re.compile(r"Segment(\d+)_(Name|LabelValue|Layer)")
_MOST_DIGITS = 9


def segment_lines(labels: Labels) -> str:
    """Lines of a header that name the labels."""
    lines = ""
    for number, (value, name) in enumerate(sorted(labels.names.items())):
        told = name.replace("\\", "\\\\").replace("\r", " ").replace("\n", "\\n")
        lines += f"Segment{number}_ID:=Segment_{value}\nSegment{number}_Name:={told}\n"
        lines += f"Segment{number}_LabelValue:={value}\nSegment{number}_Layer:=0\n"
    return lines


def segment_names(pairs: Mapping[str, str]) -> dict[int, str]:
    """The names by the values they stand for; none where segments overlap in several layers."""
    segments: dict[str, dict[str, str]] = {}
    for key, text in pairs.items():
        found = _FIELD.fullmatch(key)
        if found:
            segments.setdefault(found[1], {})[found[2]] = text
    if any(one.get("Layer", "0") != "0" for one in segments.values()):
        return {}
    return {
        int(one["LabelValue"]): _plain(one.get("Name", ""))
        for one in segments.values()
        if one.get("LabelValue", "").isdecimal() and len(one["LabelValue"]) <= _MOST_DIGITS
    }


def _plain(text: str) -> str:
    """A name without the escapes of the format, and without bytes that are no text."""
    told = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)
    return told.encode(errors="surrogateescape").decode(errors="replace")
