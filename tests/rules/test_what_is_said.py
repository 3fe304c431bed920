"""What findings say: in words that name the fault, and none that a header may have made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scan2train.check import check
from scan2train.finding import Finding
from scan2train.grid import Grid
from scan2train.rule import Decoded
from scan2train.rule.load import built_in, find_rule
from scan2train.rule.rescales import told
from scan2train.tables import VOLUMES
from scan2train.testing.small import Build, small_nifti, small_series, together
from scan2train.testing.small_objects import small_film, small_picture
from scan2train.volume import Volume


def said(code: str, build: Build, folder: Path, **more: Any) -> list[Finding]:
    folder.mkdir(exist_ok=True)
    build(folder)
    return check(folder, select=[code], jobs=1, **{"pixels": False, **more})


def of_row(code: str, decoded: Decoded | None = None, **cells: Any) -> list[Finding]:
    row = {**dict.fromkeys(VOLUMES.schema), "format": "dicom", "pixel_kind": "native", **cells}
    return find_rule(code, built_in()).run({"row": row, "decoded": decoded})


def test_a_mask_that_misses_two_images_is_told_of_each(tmp_path: Path) -> None:
    images = [small_nifti(f"imagesTr/a_000{n}.nii") for n in (0, 1)]
    mask = small_nifti("labelsTr/a.nii", labels=True, shift_mm=(9.0, 0.0, 0.0))
    found = said("LAB001", together(*images, mask), tmp_path)
    assert [one.seen.rpartition(" beside ")[2] for one in found] == [
        "imagesTr/a_0000.nii",
        "imagesTr/a_0001.nii",
    ]


def test_comments_are_never_shown(tmp_path: Path) -> None:
    (one,) = said("FIL008", small_series(tags={"ImageComments": "=Jane Doe"}), tmp_path)
    assert one.message.startswith("image comments holds a formula")
    assert one.seen == "9 characters, which are not shown"


@pytest.mark.parametrize(
    ("code", "tag", "word", "shown"),
    [
        ("PIX011", "VOILUTFunction", "SIGMOID", "SIGMOID"),
        ("PIX011", "VOILUTFunction", "JANE DOE", "another word"),
        ("GEO009", "PixelSpacingCalibrationType", "FIDUCIAL", "calibrated by FIDUCIAL"),
        ("GEO009", "PixelSpacingCalibrationType", "JANE DOE", "calibrated by another word"),
    ],
)
def test_of_terms_only_defined_ones_are_shown(
    tmp_path: Path, code: str, tag: str, word: str, shown: str
) -> None:
    (one,) = said(code, small_film(pixel=(0.13, 0.12), imager=(0.15, 0.14), tags={tag: word}), tmp_path)
    assert one.seen.endswith(shown)
    assert "JANE" not in one.seen


def test_what_is_nowhere_finite_is_not_called_constant() -> None:
    def constant(value: float) -> list[Finding]:
        array = np.full((3, 4, 2), value, dtype=np.float32)
        volume = Volume(array=array, grid=Grid((3, 4, 2), np.eye(4)))
        return find_rule("PIX007", built_in()).run({"row": {}, "volume": volume})

    assert (constant(np.nan), constant(np.inf)) == ([], [])
    assert [one.message for one in constant(7.0)] == ["every voxel has the same value"]


def test_windows_of_a_slice_are_compared_as_pairs(tmp_path: Path) -> None:
    def tags(k: int) -> dict[str, str]:
        return {"WindowCenter": "40" if k % 2 else "50", "WindowWidth": "400" if k % 2 else "500"}

    (one,) = said("PIX011", small_series(tags=tags), tmp_path)
    assert one.seen == "center 40 to 50, width 400 to 500"


def test_what_decoding_showed_is_evidence_and_no_message() -> None:
    cells = {"bits_allocated": 16, "bits_stored": 12, "high_bit": 11, "samples": 1, "pixel_representation": 0}
    (one,) = of_row("PIX004", Decoded(odd="the codestream comes within a JP2 file"), **cells)
    assert one.seen == "the codestream comes within a JP2 file"
    assert one.message != one.seen


def test_numbers_that_are_missing_are_not_called_none() -> None:
    (one,) = of_row("PIX004", bits_allocated=16, high_bit=11)
    assert one.seen == "? of 16 bits stored, high bit 11"


def test_rescales_that_differ_are_told_apart() -> None:
    assert told([(1.0, -1024.0), (1.0000001, -1024.0)]) == "slope 1.0, 1.0000001, intercept -1024"
    assert told([(1.0, 0.0), (2.0, 0.0)]) == "slope 1, 2, intercept 0"


def test_the_damaged_attribute_of_a_rescale_is_named() -> None:
    cells = {"member_slope": [None], "member_intercept": [-1024.0], "oddities": ["bad-number:slope"]}
    (one,) = of_row("PIX002", **cells)
    assert one.seen == "Rescale Slope: bad number"


def test_nobody_is_sent_for_the_original_files_of_a_picture(tmp_path: Path) -> None:
    (picture,) = said("GEO001", small_picture(), tmp_path / "a")
    (film,) = said("GEO001", small_film(imager=None), tmp_path / "b")
    (scan,) = said("GEO001", small_series(tags={"ImagePositionPatient": None}), tmp_path / "c")
    assert picture.advice == film.advice != scan.advice
    assert "CT" not in picture.advice


@pytest.mark.parametrize(
    ("term", "severity", "message", "advice"),
    [
        ("FFS", "info", "the patient lay on the back as usual, but feet first", "Nothing: "),
        ("HFP", "warning", "the patient lay prone, not on the back (head first)", "Bring all volumes"),
        ("FFDL", "warning", "on the left side, not on the back (feet first)", "Bring all volumes"),
    ],
)
def test_feet_first_is_not_told_as_if_the_patient_had_not_lain_on_the_back(
    term: str, severity: str, message: str, advice: str
) -> None:
    (one,) = of_row("GEO011", role="volume", patient_position=term)
    assert (one.severity.value, message in one.message, one.seen) == (severity, True, term)
    assert one.advice.startswith(advice)
