"""Small pictures of images, drawn when they are asked for: of a DICOM series, only its middle slice is read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from io import BytesIO
from threading import Lock
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.measures.display_window import to_grey
from scan2train.read import read
from scan2train.reading.label_objects import is_segmentation
from scan2train.reading.slices_of import only_slices
from scan2train.viewing.entry import Entry
from scan2train.viewing.image import Image
from scan2train.viewing.planes import NAMES, Planes
from scan2train.viewing.slices import slice_of
from scan2train.viewing.windows import windows_of

#: Pixels of the longer side, twice what a list shows: for sharp screens.
_SIDE = 160
#: How many are kept, of some ten kilobytes each.
_MOST = 2000


class Thumbnails:
    """PNG files of images, kept once they are drawn."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, entry: Entry, open_now: Image | None) -> bytes:
        """The picture of an image; ``open_now`` spares reading where it is in memory.

        Raises
        ------
        Scan2TrainError
            If the image cannot be read.
        """
        with self._lock:
            if entry.id in self._drawn:
                return self._drawn[entry.id]
        drawn = draw(open_now or _part_of(entry))
        with self._lock:
            self._drawn[entry.id] = drawn
            while len(self._drawn) > _MOST:
                self._drawn.popitem(last=False)
        return drawn


def _part_of(entry: Entry) -> Image:
    """As much of an image as its picture needs."""
    row = entry.row()
    if row is not None and _has_slices_of_its_own(row):
        try:
            return _image(entry, read(_middle(row)))
        except Scan2TrainError:  # the middle slice may be the one that is broken
            pass
    return _image(entry, entry.read())


def _image(entry: Entry, volume: Any) -> Image:
    return Image(id=entry.id, name=entry.name, volume=volume)


def _has_slices_of_its_own(row: Mapping[str, Any]) -> bool:
    return bool(
        row["format"] == "dicom"
        and not is_segmentation(row)
        and row["tiles_across"] is None
        and row["n_slices"] > 1
    )


def _middle(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the middle slice alone; where it lies does not matter to a picture of it."""
    cut = only_slices(row, [row["n_slices"] // 2])
    empty = {name: None for name in row if name.startswith("spare_")}
    return {**cut, **empty, "irregular": "", "member_origin_mm": None}


def draw(image: Image) -> bytes:
    """The middle slice of the planes that an image was scanned in, as PNG, in true proportions."""
    planes = _scanned(image)
    cut = slice_of(image, planes, planes.count // 2, t=image.times // 2)
    across, down, _ = np.linalg.norm(planes.affine[:3, :3], axis=0)
    scale = _SIDE / max(planes.width * across, planes.height * down)
    size = (max(1, round(planes.width * across * scale)), max(1, round(planes.height * down * scale)))
    from PIL import Image as Picture

    picture = Picture.fromarray(_shades(image, cut.values)).resize(size, Picture.Resampling.BILINEAR)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _scanned(image: Image) -> Planes:
    """Axial, unless slices of other planes are farther apart: those are what was measured."""
    planes = [image.planes["voxel"][name] for name in NAMES]
    alone = [one for one in planes if one.count == 1]
    if len(alone) == 1:
        return alone[0]
    apart = [float(np.linalg.norm(one.affine[:3, 2])) for one in planes]
    return planes[int(np.argmax(np.round(apart, 3)))]


def _shades(image: Image, values: Any) -> Any:
    if image.white:
        return np.rint(values[..., :3] * (255 / image.white)).astype(np.uint8)
    flat = values if values.ndim == 2 else values[..., 0]
    first = windows_of(image)[0]
    grey = to_grey(flat, (first["centre"], first["width"]))
    if np.ptp(grey) == 0:  # nothing shows in it: the values decide
        grey = to_grey(flat, image.window)
    if image.inverted:
        grey = 1 - grey
    return np.rint(255 * grey).astype(np.uint8)
