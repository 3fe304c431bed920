"""The fields and key/value pairs of NRRD beside their meaning (definition of the format by G. Kindlmann)."""

from __future__ import annotations

from pathlib import Path

from scan2train.formats.field import Field
from scan2train.formats.text_header import header_lines

_FIELDS = {
    "dimension": "number of axes",
    "type": "type of a stored value",
    "block size": "bytes of a value of type block",
    "encoding": "how the values are written: raw, text, hex, gzip or bzip2",
    "endian": "order of bytes",
    "content": "what the values are, in words",
    "old min": "value that the smallest integer stands for",
    "oldmin": "value that the smallest integer stands for",
    "old max": "value that the largest integer stands for",
    "oldmax": "value that the largest integer stands for",
    "min": "smallest value",
    "max": "largest value",
    "data file": "file or files of the values",
    "datafile": "file or files of the values",
    "line skip": "lines before the values",
    "lineskip": "lines before the values",
    "byte skip": "bytes before the values; -1 counts from the end",
    "byteskip": "bytes before the values; -1 counts from the end",
    "number": "number of values in all",
    "sample units": "unit of the values",
    "sampleunits": "unit of the values",
    "sizes": "number of samples along each axis, the fastest first",
    "spacings": "distance between samples along each axis",
    "thicknesses": "extent of a sample along each axis",
    "axis mins": "place where each axis begins",
    "axismins": "place where each axis begins",
    "axis maxs": "place where each axis ends",
    "axismaxs": "place where each axis ends",
    "centers": "whether samples are at the centre of cells, or on nodes",
    "centerings": "whether samples are at the centre of cells, or on nodes",
    "labels": "names of the axes",
    "units": "unit along each axis",
    "kinds": "what each axis is: domain, list, vector and the like",
    "space": "which way the world's axes grow",
    "space dimension": "number of the world's axes",
    "space units": "unit of the world's axes",
    "space origin": "place of the first sample in that space",
    "space directions": "step from sample to sample along each axis in that space",
    "measurement frame": "from the frame of vectors to that space",
}


def fields_of(path: Path) -> list[Field]:
    """The fields and pairs in the order of the file, after its magic word.

    Raises
    ------
    HostileFile
        If the header does not end.
    """
    lines, _ = header_lines(path, lambda line: line == "")
    found = [Field(tag="magic", name="version of the format", value=line) for line in lines[:1]]
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        if value.startswith("="):
            found.append(
                Field(tag=name, keyword=name, name="key of the writer's own", value=value[1:].strip())
            )
        else:
            word = name.strip()
            found.append(
                Field(tag=word, keyword=word, name=_FIELDS.get(word.lower(), ""), value=value.strip())
            )
    return found
