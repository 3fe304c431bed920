"""Writes a volume as one enhanced multi-frame DICOM object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from scan2train.errors import WrongUse
from scan2train.testing.dicom_dataset import About, apply, dataset, ds, transfer_syntax_uid
from scan2train.testing.dicom_pixels import PixelCell, to_stored
from scan2train.testing.dicom_plane import StackPlanes
from scan2train.testing.dicom_series import Order, ranks, save, set_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from scan2train.testing.dicom_dataset import Tags
    from scan2train.testing.dicom_encapsulated import Encapsulation
    from scan2train.volume import Volume


def write_enhanced(
    volume: Volume,
    path: str | Path,
    *,
    slope: float | Sequence[float] = 1.0,
    intercept: float | None = None,
    rescale_type: str | None = None,
    bits_allocated: int = 16,
    bits_stored: int = 12,
    signed: bool = False,
    high_bit: int | None = None,
    spare_bits_junk: bool = False,
    padding_value: int | None = None,
    drop: Collection[int] = (),
    order: Order = "shuffled",
    shared: bool = True,
    transfer_syntax: str = "explicit",
    encapsulation: Encapsulation | None = None,
    extra_tags: Tags | None = None,
    frame_tags: Callable[[int], Tags] | None = None,
    points: Sequence[Volume] = (),
    point_tags: Callable[[int], Tags] | None = None,
    instance: object = "enhanced",
    shared_tags: Tags | None = None,
    modality: str = "CT",
    manufacturer: str = "scan2train",
    series_description: str = "phantom",
    kernel: str | None = "STANDARD",
    patient: str = "PHANTOM",
    series_number: int = 1,
    seed: int = 0,
) -> Path:
    """Write an Enhanced CT, MR or PET image (PS3.3 A.38, A.36, A.56): one file, one frame a slice.

    Geometry, values, pixel cell, padding and UIDs are as
    :func:`~scan2train.testing.dicom_series.write_dicom_series` writes them; the other parameters mean the same.

    Parameters
    ----------
    volume
        ``(i, j, k)``: frames along ``k``, columns along ``i``, rows along ``j``.
    path
        The file; its folder is made if it is not there.
    order
        How frames follow the slices. Their order has no meaning (PS3.3 C.7.6.16.1.1), their positions have.
    rescale_type
        Rescale Type of all frames; HU for CT and US for others if not given.
    shared
        Put orientation, spacing and rescale into the Shared Functional Groups; otherwise into every frame's. Slopes
        that differ are always each frame's own.
    drop
        Indices ``k`` that get no frame: missing slices.
    extra_tags
        Attributes at the top that override everything else.
    shared_tags
        Functional groups to add to the shared item.
    frame_tags
        Functional groups by ``k`` to add, replace or (``None``) leave out of a frame's item: for planting faults.
    points
        Further volumes on the same grid: points of a second dimension, whose index is the second of Dimension Index
        Values.
    point_tags
        Functional groups by point, from 0 for ``volume``: what tells the points apart.
    instance
        Tells the object from others of its series: the SOP Instance UID is made from it.

    Raises
    ------
    WrongUse
        As for a series; also for a modality that has no enhanced object.
    """
    if volume.array.ndim != 3:
        raise WrongUse(
            "frames are written from a volume with one channel", found=f"shape {volume.array.shape}"
        )
    about = About(
        modality=modality,
        manufacturer=manufacturer,
        series_description=series_description,
        kernel=kernel,
        patient=patient,
        series_number=series_number,
        seed=seed,
    )
    cell = PixelCell(
        allocated=bits_allocated, stored=bits_stored, high=high_bit, signed=signed, junk=spare_bits_junk
    )
    syntax = transfer_syntax_uid(transfer_syntax)
    planes = StackPlanes(grid=volume.grid)
    n = volume.grid.shape[2]
    offset = (-1024.0 if modality == "CT" else 0.0) if intercept is None else float(intercept)
    rng = np.random.default_rng(seed)
    slopes = [float(slope)] * n if isinstance(slope, (int, float)) else [float(s) for s in slope]
    if len(slopes) != n:
        raise WrongUse("one slope a slice is needed", expected=n, found=len(slopes))
    every = np.argsort(ranks(order, n * (1 + len(points)), rng))
    at = every[~np.isin(every % n, list(drop))]
    stored = [
        to_stored(
            one.array[:, :, k],
            cell,
            slope=slopes[k],
            intercept=offset,
            valid=None if one.valid is None else one.valid[:, :, k],
            padding_value=padding_value,
        ).T
        for one in (volume, *points)
        for k in range(n)
    ]
    made = dataset(about, cell, enhanced=True, instance=instance)
    made.InstanceNumber = 1
    made.NumberOfFrames = len(at)
    made.VolumetricProperties = "VOLUME"
    made.DimensionOrganizationSequence = Items([_item(DimensionOrganizationUID=about.uid("dimensions"))])
    made.DimensionIndexSequence = Items(
        [
            _item(
                DimensionOrganizationUID=about.uid("dimensions"),
                DimensionIndexPointer=0x00209057,
                FunctionalGroupPointer=0x00209111,
            )
        ]
    )
    unit = rescale_type or ("HU" if modality == "CT" else "US")
    common = _plane_groups(planes) if shared else {}
    own = [{**({} if shared else _plane_groups(planes)), **_rescale_group(unit, s, offset)} for s in slopes]
    if shared and len(set(slopes)) == 1:
        common, own = {**common, **own[0]}, [{}] * n
    all_share = _item(**common)
    apply(shared_tags or {}, all_share)
    made.SharedFunctionalGroupsSequence = Items([all_share])
    frames = []
    for number in at:
        point, k = divmod(int(number), n)
        position = [ds(x) for x in planes.position(k)]
        indices = [k + 1, point + 1] if points else [k + 1]
        frame = _item(
            FrameContentSequence=Items(
                [_item(StackID="1", InStackPositionNumber=k + 1, DimensionIndexValues=indices)]
            ),
            PlanePositionSequence=Items([_item(ImagePositionPatient=position)]),
            **own[k],
        )
        apply({} if point_tags is None else point_tags(point), frame)
        apply({} if frame_tags is None else frame_tags(k), frame)
        frames.append(frame)
    made.PerFrameFunctionalGroupsSequence = Items(frames)
    set_pixels(made, np.stack([stored[number] for number in at]), cell, syntax, rng, encapsulation)
    if padding_value is not None:
        made.add_new(0x00280120, "SS" if signed else "US", padding_value)
    apply(extra_tags or {}, made)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(made, target, syntax, preamble=True)
    return target


def frame_window(center: float, width: float, function: str | None = None) -> dict[str, Items]:
    """The functional group of a window (PS3.3 C.7.6.16.2.10), for ``shared_tags`` or ``frame_tags``."""
    item = _item(WindowCenter=ds(center), WindowWidth=ds(width))
    if function is not None:
        item.VOILUTFunction = function
    return {"FrameVOILUTSequence": Items([item])}


def _plane_groups(planes: StackPlanes) -> dict[str, Items]:
    """Functional groups of spacing and orientation (PS3.3 C.7.6.16.2.1, C.7.6.16.2.4)."""
    measures = _item(PixelSpacing=[ds(x) for x in planes.pixel_spacing], SliceThickness=ds(planes.gap_mm))
    return {
        "PixelMeasuresSequence": Items([measures]),
        "PlaneOrientationSequence": Items(
            [_item(ImageOrientationPatient=[ds(x) for x in planes.orientation])]
        ),
    }


def _rescale_group(unit: str, slope: float, intercept: float) -> dict[str, Items]:
    """The functional group of the rescale (PS3.3 C.7.6.16.2.9)."""
    rescale = _item(RescaleIntercept=ds(intercept), RescaleSlope=ds(slope), RescaleType=unit)
    return {"PixelValueTransformationSequence": Items([rescale])}


def _item(**attributes: object) -> Dataset:
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made
