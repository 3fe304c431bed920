"""What must be right before a row may enter the table: sizes, bits, and pixel data as long as they demand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.formats.dicom.charset import is_known
from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.refusals import Refusal
from scan2train.kernels import header_codes as codes

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

#: Columns in which text instead of a number, or a number that is not finite, would misplace voxels or values.
CRITICAL = frozenset(
    ["slope", "intercept", "row_spacing_mm", "col_spacing_mm"]
    + [f"{stem}_{axis}" for stem in ("position", "row", "col") for axis in "xyz"]
    + [
        "rows",
        "columns",
        "n_frames",
        "samples",
        "bits_allocated",
        "bits_stored",
        "high_bit",
        "pixel_representation",
    ]
)
_BITS = (1, 8, 16, 32, 64)
_INT32 = 2.0**31
#: Bytes that an encapsulated frame takes at the very least: an item's header and two bytes (PS3.5 A.4).
_SMALLEST_FRAME = 10
#: Bytes of pixel data beyond need that a deflated file may have.
_SPARE = 1 << 20


def check_pixels(headers: Headers, good: Mask, deflated: Mask) -> dict[int, Refusal]:
    """Refuse rows whose pixels cannot be what the header says; note what is odd about others.

    Native pixel data must have ``rows · columns · samples · frames · bits / 8`` bytes (PS3.5 8.1.1), two thirds of
    that where chroma is shared by two pixels (PS3.3 C.7.6.3.1.2), and may be padded to an even number.
    """
    refused: dict[int, Refusal] = {}
    facts = headers.facts
    value = {
        name: headers.number(name)
        for name in (
            "rows",
            "columns",
            "samples",
            "bits_allocated",
            "bits_stored",
            "high_bit",
            "pixel_representation",
        )
    }
    kind = facts[codes.F_PIXEL_KIND]
    floats = (kind == codes.PIXEL_FLOAT) | (kind == codes.PIXEL_DOUBLE)

    def refuse(bad: Mask, reason: str, code: str, say: str) -> None:
        for row in np.flatnonzero(good & bad).tolist():
            shown = {name: _plain(column[row]) for name, column in value.items()}
            length = int(facts[codes.F_PIXEL_LENGTH, row])
            frames = _plain(headers.number("n_frames")[row])
            refused.setdefault(
                row,
                Refusal(reason=reason, code=code, message=say.format(**shown, frames=frames, length=length)),
            )

    for name in ("rows", "columns", "samples", "bits_allocated"):
        refuse(np.isnan(value[name]), "missing-required", "FIL005", f"{name} is missing or empty")
    for name in ("bits_stored", "pixel_representation"):
        refuse(np.isnan(value[name]) & ~floats, "missing-required", "FIL005", f"{name} is missing or empty")
    size = "{rows} rows, {columns} columns, {samples} samples"
    refuse(
        (value["rows"] < 1) | (value["columns"] < 1) | (value["samples"] < 1),
        "invalid-dimensions",
        "FIL005",
        f"rows, columns and samples must be at least 1, found {size}",
    )
    refuse(
        ~np.isin(value["bits_allocated"], _BITS) | (value["bits_stored"] > value["bits_allocated"])
        | (value["bits_stored"] < 1) | (value["pixel_representation"] > 1),
        "invalid-bits",
        "FIL005",
        "{bits_stored} bits stored in {bits_allocated} allocated, pixel representation {pixel_representation}",
    )  # fmt: skip
    frames = np.nan_to_num(headers.number("n_frames"), nan=1.0)
    refuse(frames < 1, "invalid-dimensions", "FIL005", "number of frames must be at least 1, found {frames}")
    need = _bytes_needed(headers, value, frames)
    found = facts[codes.F_PIXEL_LENGTH]
    native = kind != codes.PIXEL_ENCAPSULATED
    short = np.where(native, found < need, found < frames * _SMALLEST_FRAME)
    refuse(
        short,
        "pixel-length",
        "FIL001",
        f"{{length}} bytes of pixel data are too few for {size}, {{frames}} frames, {{bits_allocated}} bits",
    )
    refuse(
        deflated & (found > need + _SPARE),
        "decompression-bomb",
        "FIL002",
        f"{{length}} bytes of pixel data inflate from the file, far more than {size}, {{bits_allocated}} bits",
    )
    facts[codes.F_ODD] |= np.where(native & (found > need + need % 2), codes.ODD_PIXEL_LENGTH, 0)
    high = value["high_bit"]
    unfit = (high + 1 != value["bits_stored"]) & ~np.isnan(high)
    facts[codes.F_ODD] |= np.where(
        unfit & ((high >= value["bits_allocated"]) | (high + 1 < value["bits_stored"])), codes.ODD_BITS, 0
    )
    for row, words in headers.noted.items():
        bad = [word for word in words if word.partition(":")[2] in CRITICAL]
        if bad and good[row]:
            what = ", ".join(word.replace(":", " in ") for word in bad)
            refused.setdefault(
                row,
                Refusal(
                    reason="bad-number", code="FIL005", message=f"{what}: values or positions would be wrong"
                ),
            )
    return refused


def check_texts(headers: Headers) -> None:
    """Note character sets that nobody knows, and identifiers that are missing."""
    charsets = headers.text_codes("charset")
    for place in np.unique(charsets).tolist():
        if not is_known(headers.texts[place]):
            for row in np.flatnonzero(charsets == place).tolist():
                headers.note(row, "unknown-charset")
    missing = np.zeros(len(charsets), dtype=bool)
    for name in ("sop_instance_uid", "study_uid", "series_uid"):
        missing |= headers.text_codes(name) == 0
    headers.facts[codes.F_ODD] |= np.where(missing, codes.ODD_MISSING_UID, 0)


def check_numbers(headers: Headers, good: Mask) -> None:
    """Note integers that are none, which become empty, and those beyond 32 bits."""
    for at, column in enumerate(headers.layout.numbers):
        if column.kind != "integer":
            continue
        values = headers.numbers[at]
        odd = np.flatnonzero(
            good & ((values != np.floor(values)) | (np.abs(values) >= _INT32)) & ~np.isnan(values)
        )
        for row in odd.tolist():
            if values[row] == np.floor(values[row]) and abs(values[row]) < 2.0**53:
                headers.note(row, f"number-out-of-range:{column.name}")
            else:
                headers.note(row, f"bad-number:{column.name}")
                values[row] = np.nan


def _bytes_needed(headers: Headers, value: dict[str, Floats], frames: Floats) -> Floats:
    bits = value["rows"] * value["columns"] * value["samples"] * value["bits_allocated"]
    photometric = headers.text_codes("photometric")
    shared = {
        at
        for at in np.unique(photometric).tolist()
        if headers.texts[at] in ("YBR_FULL_422", "YBR_PARTIAL_422")
    }
    if shared:
        bits = np.where(np.isin(photometric, list(shared)), bits * 2 / 3, bits)
    return np.ceil(bits * frames / 8)


def _plain(value: float) -> object:
    return "no" if np.isnan(value) else int(value) if value == int(value) else value
