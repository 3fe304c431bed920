"""The fields of NIfTI-1 and NIfTI-2 beside their meaning (nifti1.h, nifti2.h)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scan2train.formats.bounded import Stream
from scan2train.formats.field import Field
from scan2train.formats.nifti_fields import NIFTI1, NIFTI2, parse
from scan2train.formats.nifti_layout import coding_of

_FIELDS = {
    "sizeof_hdr": "size of the header in bytes",
    "dim_info": "which axes are frequency, phase and slice",
    "dim": "number of axes, then the size of each",
    "intent_p": "parameters of the intent",
    "intent_code": "what the values are",
    "datatype": "type of a stored value",
    "bitpix": "bits per voxel",
    "slice_start": "first slice that was acquired",
    "pixdim": "qfac, then the spacing along each axis",
    "vox_offset": "where in the file the voxels begin, in bytes",
    "scl_slope": "value = scl_slope * stored + scl_inter; 0 for none",
    "scl_inter": "value = scl_slope * stored + scl_inter",
    "slice_end": "last slice that was acquired",
    "slice_code": "order in which slices were acquired",
    "xyzt_units": "units of pixdim",
    "cal_max": "value to be shown as white",
    "cal_min": "value to be shown as black",
    "slice_duration": "time to acquire one slice",
    "toffset": "time of the first volume",
    "glmax": "unused, of Analyze 7.5",
    "glmin": "unused, of Analyze 7.5",
    "descrip": "any text",
    "aux_file": "name of an auxiliary file",
    "qform_code": "what the quaternion's coordinates are",
    "sform_code": "what the affine's coordinates are",
    "quatern": "b, c, d of the rotation's quaternion",
    "qoffset": "place of the first voxel by the quaternion, RAS+",
    "srow": "rows of the affine, RAS+",
    "intent_name": "name of the intent",
    "magic": "n+ for one file, ni for a pair",
}
_DATATYPES = {
    0: "unknown",
    1: "single bits",
    2: "uint8",
    4: "int16",
    8: "int32",
    16: "float32",
    32: "complex64",
    64: "float64",
    128: "RGB, 3 × uint8",
    256: "int8",
    512: "uint16",
    768: "uint32",
    1024: "int64",
    1280: "uint64",
    1536: "float128",
    1792: "complex128",
    2048: "complex256",
    2304: "RGBA, 4 × uint8",
}
_FORMS = {
    0: "unknown: not to be used",
    1: "scanner's coordinates",
    2: "aligned to another scan",
    3: "Talairach",
    4: "MNI 152",
    5: "another template",
}
_INTENTS = {
    0: "none",
    2: "correlation",
    3: "t score",
    4: "F score",
    5: "z score",
    6: "chi squared",
    22: "p value",
    1001: "estimate",
    1002: "label",
    1003: "NeuroNames label",
    1004: "matrix",
    1005: "symmetric matrix",
    1006: "displacement",
    1007: "vector",
    1008: "points",
    1009: "triangles",
    1010: "quaternion",
    1011: "dimensionless",
    2001: "time series",
    2002: "node index",
    2003: "RGB",
    2004: "RGBA",
    2005: "shape",
}
_SLICES = {
    0: "unknown",
    1: "rising",
    2: "falling",
    3: "alternating, rising",
    4: "alternating, falling",
    5: "alternating, rising from the second",
    6: "alternating, falling from the second to last",
}
_SPACE = {0: "unknown", 1: "m", 2: "mm", 3: "µm"}
_TIME = {0: "unknown", 8: "s", 16: "ms", 24: "µs", 32: "Hz", 40: "ppm", 48: "rad/s"}


def fields_of(path: Path) -> list[Field]:
    """The fields in the order of the file.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If the header is cut short, or none of NIfTI.
    """
    with Stream(path, coding_of(path)) as stream:
        raw = parse(stream.read(NIFTI2.itemsize), path)
    kind = NIFTI1 if raw.version == 1 else NIFTI2
    order = "little endian" if raw.order == "<" else "big endian"
    found = [Field(tag="version", name="version of NIfTI, and byte order", value=f"{raw.version}, {order}")]
    for name in kind.names or ():
        if name in raw.fields:
            stored = kind[name]
            found.append(
                Field(
                    tag=name,
                    keyword=name,
                    name=_FIELDS.get(name, ""),
                    vr=_type(stored),
                    value=_plain(raw.fields[name]),
                    size=stored.itemsize,
                    meaning=_decoded(name, raw.fields[name]),
                )
            )
    return found


def _type(stored: Any) -> str:
    kind, shape = stored.subdtype or (stored, ())
    name = "text" if kind.kind == "S" else kind.newbyteorder("=").name
    return name + "".join(f"[{n}]" for n in shape)


def _decoded(name: str, value: Any) -> str:
    if name in ("qform_code", "sform_code"):
        return _FORMS.get(value, "no code of NIfTI")
    if name == "datatype":
        return _DATATYPES.get(value, "no type of NIfTI")
    if name == "intent_code":
        return _INTENTS.get(value, "")
    if name == "slice_code":
        return _SLICES.get(value, "")
    if name == "xyzt_units":
        return f"space {_SPACE.get(value & 7, 'unknown')}, time {_TIME.get(value & 56, 'unknown')}"
    if name == "dim_info":
        axes = (value & 3, value >> 2 & 3, value >> 4 & 3)
        return ", ".join(
            f"{word} {axis or 'unknown'}"
            for word, axis in zip(("frequency", "phase", "slice"), axes, strict=True)
        )
    return ""


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    # JSON knows neither NaN nor infinity.
    return str(value) if isinstance(value, float) and value - value != 0 else value
