"""Many frames in one file, and how they were laid out.

What it finds
-------------
Multi-frame and enhanced objects. Where functional groups give each frame its place, frames are sorted by that, and
those of several phases, echoes or segments become volumes of their own. Where nothing does, the frames are one
behind another in the order of the file, on a pixel grid: those of ultrasound, angiography, fluoroscopy and cameras are
a clip, whose third axis is time.

Why it matters
--------------
The order of frames in a file means nothing: readers that stack them as they come mix time and space. And a clip of an
ultrasound or an angiography is no volume, though it has three axes.

What to do
----------
Nothing, where frames have places. Where they have none, find out whether the third axis is space or time before you
use it; a clip becomes pictures by ``array[:, :, t]``, and steps that blur or resample along k must leave it alone.

References
----------
DICOM PS3.3 C.7.6.16 (Multi-frame Functional Groups; the order of frames has no meaning), C.7.6.6 (Multi-frame).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, good, info, near

#: Modalities whose frames follow one another in time where nothing gives them a place.
CLIPS = ("US", "IVUS", "XA", "RF", "ES", "XC", "GM")

SUSPECT = (pl.col("member_frames").list.max() > 1) & pl.col("tiles_across").is_null()


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Tell how many frames a volume has of how many, and what put them there."""
    if row["format"] != "dicom" or row["tiles_across"] or max(row["member_frames"] or (1,)) < 2:
        return
    held = dict(zip(row["member_path"], row["member_frames"], strict=True))
    seen = f"{row['n_slices']} of {sum(held.values())} frames"
    if row["dimension"]:
        seen += f", one {row['dimension'].replace('+', ' and ')} of several"
    # A single frame has no step to another; its place is known all the same.
    if row["step_source"] == "positions" or (row["physical"] and row["n_slices"] == 1):
        message = "several frames in one file; they were laid out by the places that the file gives each"
    elif row["modality"] in CLIPS:
        message = (
            "a clip: its frames are points in time and no slices; the third axis, k, is time, on a pixel grid"
        )
        if row["frame_time_ms"]:
            seen += f", one every {row['frame_time_ms']:.4g} ms"
    else:
        message = "several frames in one file, without a place for each; they lie in the order of the file"
    yield info(message, seen=seen, scope="series")


def examples() -> Iterator[Example]:
    """Enhanced objects, a clip, and plain files."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series
    from scan2train.testing.small_objects import small_clip, small_enhanced

    yield good("a file for each slice", small_series())
    yield good("a NIfTI is no DICOM object", small_nifti())
    yield bad("an enhanced CT", small_enhanced(), Severity.INFO)
    yield bad(
        "an enhanced MR, sagittal, oblique",
        small_enhanced("PIR", modality="MR", turned_deg=20),
        Severity.INFO,
    )
    yield bad("an enhanced PET", small_enhanced("RPI", modality="PT", manufacturer="Philips"), Severity.INFO)
    yield bad("a clip of ultrasound", small_clip(), Severity.INFO)
    yield bad(
        "a clip of an angiography", small_clip(modality="XA", tags={"FrameTime": "66.7"}), Severity.INFO
    )
    yield near("an enhanced object of one frame", small_enhanced(shape=(13, 11, 1)))
