"""The keys of MetaImage beside their meaning (documentation of MetaIO)."""

from __future__ import annotations

from pathlib import Path

from scan2train.formats.field import Field
from scan2train.formats.text_header import header_lines

_KEYS = {
    "comment": "any text",
    "objecttype": "what the file holds; Image",
    "objectsubtype": "kind of that object",
    "name": "name of the object",
    "id": "number of the object",
    "parentid": "number of the object that it belongs to",
    "ndims": "number of axes",
    "binarydata": "True where voxels are bytes, False where they are text",
    "binarydatabyteordermsb": "True where bytes are big endian",
    "elementbyteordermsb": "True where bytes are big endian",
    "compresseddata": "True where the voxels are a zlib stream",
    "compresseddatasize": "bytes of that stream",
    "color": "red, green, blue, alpha to show the object with",
    "position": "place of the first voxel, LPS+, mm; as Offset",
    "offset": "place of the first voxel, LPS+, mm",
    "origin": "place of the first voxel, LPS+, mm; as Offset",
    "orientation": "directions of the axes, LPS+; as TransformMatrix",
    "rotation": "directions of the axes, LPS+; as TransformMatrix",
    "transformmatrix": "directions of the axes, one after the other, LPS+",
    "centerofrotation": "point about which the matrix turns, mm; not used for voxels",
    "anatomicalorientation": "letters of the directions that the axes come from or go to; not used for voxels",
    "elementspacing": "distance between voxels along each axis, mm",
    "elementsize": "size of a voxel along each axis, mm; the spacing where there is no ElementSpacing",
    "elementnumberofchannels": "values per voxel",
    "elementtype": "type of a stored value",
    "elementmin": "smallest stored value, as the writer says",
    "elementmax": "largest stored value, as the writer says",
    "elementtointensityfunctionslope": "value = slope * stored + offset",
    "elementtointensityfunctionoffset": "value = slope * stored + offset",
    "elementdatafile": "where the voxels are: LOCAL in this file, LIST or a pattern of files, or a file beside it",
    "dimsize": "number of voxels along each axis",
    "headersize": "bytes before the voxels in their file; -1 counts from its end",
    "modality": "MET_MOD_CT, MET_MOD_MR and the like",
    "sequenceid": "order of the image among others",
    "distanceunits": "unit of distances",
}


def fields_of(path: Path) -> list[Field]:
    """The keys in the order of the file, spelt as there.

    Raises
    ------
    HostileFile
        If the header does not end.
    """
    lines, _ = header_lines(path, lambda line: line.split("=")[0].strip().lower() == "elementdatafile")
    found = []
    for line in lines:
        key, equals, value = line.partition("=")
        if equals:
            name = key.strip()
            found.append(Field(tag=name, keyword=name, name=_KEYS.get(name.lower(), ""), value=value.strip()))
    return found
