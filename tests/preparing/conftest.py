"""Makes ``hospital`` importable, and gives tests a small hospital."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def source(tmp_path):
    """Two pairs, a DICOM series, a file that is no image and one that is cut short."""
    from hospital import write_image, write_labels, write_series

    folder = tmp_path / "hospital"
    write_image(folder / "imagesTr" / "liver_10_0000.nii.gz", seed=10)
    write_labels(folder / "labelsTr" / "liver_10.nii.gz", seed=10)
    write_image(folder / "volume-2.nii", (16, 23, 11), seed=2)
    write_labels(folder / "segmentation-2.nii", (16, 23, 11), seed=2)
    write_series(folder / "pacs" / "DOE^JANE")
    (folder / "notes.txt").write_text("no image")
    whole = (folder / "volume-2.nii").read_bytes()
    (folder / "cut.nii").write_bytes(whole[: len(whole) // 2])
    return folder
