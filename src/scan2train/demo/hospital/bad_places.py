"""Chest CTs whose slices are not where they should be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.demo.hospital.anatomy import chest, film, tilted_chest
from scan2train.demo.hospital.entry import Entry, chest_entry
from scan2train.testing.of_volume import file_of, film_of
from scan2train.testing.small import together
from scan2train.testing.small_places import doubled_slice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scan2train.volume import Volume


def bad_places() -> Iterator[Entry]:
    """Faults of the rules GEO."""
    volume, lesion = chest(10, shape=(108, 92, 40), spacing=(3.4, 3.5, 8.1))
    last = volume.grid.shape[2] - 1

    def ct(number: int, code: str, about: str, of: Volume = volume, **more: Any) -> Entry:
        return chest_entry(number, code, about, of, **more)

    yield ct(11, "GEO001", "slices without a position", tags={"ImagePositionPatient": None})
    turned = ct(
        12,
        "GEO002",
        "the last slice is turned by ten degrees",
        order="position",
        tags=lambda k: {"ImageOrientationPatient": _turned(10)} if k == last else {},
    )
    yield replace(turned, where=f"{turned.where}/IM{last:04d}.dcm")
    yield ct(13, "GEO003", "one gap a third wider than the others", place=lambda k: k + 0.35 * (k > 8))
    missing = ct(14, "GEO004", "a slice is missing, though the lesion is drawn on it", drop=(9,))
    drawn = file_of(lesion, f"{missing.where}_seg.nii.gz")
    yield replace(missing, build=together(missing.build, drawn))
    doubled = ct(15, "GEO005", "two different slices at one place")
    yield replace(doubled, build=doubled_slice(doubled.build, 9, other_pixels=True))
    yield ct(16, "GEO006", "a tilted gantry", of=tilted_chest(9))
    yield ct(17, "GEO007", "numbers that do not follow the places", numbers="shuffled")
    yield ct(18, "GEO008", "5 mm slices every 8 mm", tags={"SliceThickness": "5"})
    prone, _ = chest(11, "RAS", table=False)
    yield ct(19, "GEO011", "a patient who lay prone", of=prone, patient_position="HFP")
    thick, _ = chest(12, shape=(80, 68, 10), spacing=(3.6, 3.6, 13.0))
    yield ct(20, "GEO012", "slices more than three times as thick as their pixels are wide", of=thick)
    yield Entry(
        where="films/chest-02.dcm",
        about="a film that knows its pixels at the detector only",
        code="GEO009",
        build=film_of(
            film(),
            "films/chest-02.dcm",
            modality="CR",
            tags={"PixelSpacing": None},
            patient="DX2",
        ),
    )


def _turned(degrees: float) -> list[str]:
    """Image Orientation (Patient) of an axial slice that is turned within its plane."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return [f"{x:.8f}" for x in (cosine, sine, 0, -sine, cosine, 0)]
