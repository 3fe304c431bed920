"""Pictures: PNG, JPEG, TIFF, BMP and GIF. They lie on a pixel grid, for they do not say where in a patient they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import NotAnImage
from scan2train.finding import Finding, Severity
from scan2train.formats import picture_pillow, picture_png, picture_tiff
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import misleading_suffix, non_finite, noticed
from scan2train.formats.picture_decode import decode
from scan2train.formats.picture_limits import Pages
from scan2train.formats.picture_write import write
from scan2train.formats.sniff import sniff_file
from scan2train.grid import Grid
from scan2train.volume import Volume

__all__ = ["read_header", "read_volumes", "write"]

_READ = ("png", "jpeg", "tiff", "bmp", "gif")


def read_header(path: Path) -> ImageHeader:
    """Read what a picture says about itself.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If it is cut short, of a kind that is not read, or would swell beyond what a picture may be.
    """
    word = _word(path)
    if word == "png":
        png = picture_png.examine(path)
        header = _header(path, word, (png.width, png.height, 1), png.dtype, png.channels)
        return _noting(header, picture_png.oddities(path, png))
    pages = picture_tiff.examine(path) if word == "tiff" else picture_pillow.examine(path, word)
    moving = word == "gif" and pages.pages > 1
    shape = (pages.width, pages.height, 1 if moving else pages.pages)
    header = _header(path, word, shape, pages.dtype, pages.channels)
    if moving:
        header = replace(header, volumes=pages.pages, dimension="time")
    return _noting(header, _oddities(path, word, pages))


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read a picture: ``(i, j, 1)`` or ``(i, j, 1, c)`` with i along columns; further pages of a TIFF follow along k.

    The frames of a moving GIF are volumes of their own, one for each point in time.

    Grey levels are those of the file, whatever its polarity. Colours are red, green, blue and, where there is one,
    alpha.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        As :func:`read_header`, and if the pixels are cut short or their checksum is wrong.
    """
    header = read_header(path)
    pixels = decode(path, header)
    about: dict[str, object] = {"format": header.format, "path": str(path), "role": "picture"}
    findings = (*header.findings, *non_finite(path, np.ascontiguousarray(pixels)))
    volumes = []
    for point, pages in enumerate(np.split(pixels, header.volumes)):
        if header.dimension:
            about |= {"dimension": header.dimension, "dimension_value": point}
        array = np.swapaxes(pages, 0, 2)
        volumes.append(Volume(array=array, grid=header.grid, findings=findings, meta=about))
    return tuple(volumes)


def _word(path: Path) -> str:
    word = sniff_file(path)
    if word not in _READ:
        raise NotAnImage("is no picture", where=path, expected=", ".join(_READ), found=word)
    return word


def _header(
    path: Path, word: str, shape: tuple[int, int, int], dtype: np.dtype[Any], channels: int
) -> ImageHeader:
    found = noticed("GEO001", path, "a picture: no spacing and no place in space", severity=Severity.INFO)
    return ImageHeader(
        format=word,
        grid=Grid(shape, np.eye(4), physical=False),
        dtype=dtype,
        channels=channels,
        files=(path,),
        findings=(*misleading_suffix(path, word), found),
    )


def _noting(header: ImageHeader, odd: tuple[Finding, ...]) -> ImageHeader:
    return replace(header, findings=(*header.findings, *odd))


def _oddities(path: Path, word: str, pages: Pages) -> tuple[Finding, ...]:
    odd = _turned(path, pages)
    if pages.inverted:
        message = "0 is white here: grey levels, and a mask's values, were read as they are stored"
        odd += (noticed("PIX001", path, message, seen="WhiteIsZero", expected="BlackIsZero"),)
    if word == "jpeg":
        odd += (noticed("PIX009", path, "JPEG: grey levels were changed when it was written"),)
    if pages.mode == "CMYK":
        message = "stored values are inks; read as red, green and blue, as they would be seen"
        odd += (noticed("PIX004", path, message, severity=Severity.INFO, expected="grey levels or RGB"),)
    if pages.mode == "P":
        message = "stored values are places in a palette; read as colours, so a mask's labels are lost"
        odd += (noticed("PIX004", path, message, expected="grey levels for a mask"),)
    return odd


def _turned(path: Path, pages: Pages) -> tuple[Finding, ...]:
    """FIL005 where the picture asks to be turned when it is shown: pixels stay as stored, as masks drawn on them do."""
    if pages.turned == 1:
        return ()
    message = "the picture asks viewers to turn it; pixels were read as they are stored"
    advice = "See that its labels are stored the same way, or turn the pixels and remove the mark."
    seen = f"orientation {pages.turned}"
    return (noticed("FIL005", path, message, seen=seen, expected="orientation 1", advice=advice),)
