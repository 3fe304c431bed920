"""A header that the walk has passed, read once more by pydicom: for the few files whose nested elements count."""

from __future__ import annotations

import io
import warnings
from typing import Any

from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.header_frames import header_data
from scan2train.kernels import header_codes as codes


def header_again(headers: Headers, row: int, path: bytes, size: int, last_group: int) -> Any:
    """The data set of one file up to a group, from the bytes before its pixels: no length can lead beyond them.

    Raises
    ------
    OSError, zlib.error
        If the file cannot be read any more.
    ValueError
        If pydicom cannot parse it, for whatever reason.
    """
    from pydicom.filereader import read_dataset

    facts = headers.facts[:, row]
    data = header_data(headers, row, path, size)[int(facts[codes.F_DATA_AT]) :].tobytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read_dataset(
                io.BytesIO(data),
                is_implicit_VR=bool(facts[codes.F_SYNTAX] == codes.SYNTAX_IMPLICIT),
                is_little_endian=bool(facts[codes.F_SYNTAX] != codes.SYNTAX_BIG),
                stop_when=lambda tag, _vr, _length: tag.group > last_group,
            )
    except Exception as error:  # pydicom raises whatever its parts raise
        raise ValueError("pydicom cannot read the header") from error
