from __future__ import annotations

import numpy as np
import pydicom
import pytest
import SimpleITK

from scan2train.errors import WrongUse
from scan2train.grid import LPS_TO_RAS
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.phantoms import chest_ct


def _small():
    volume, _ = chest_ct((23, 19, 9), (15.0, 17.0, 25.0))
    return volume


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("order", ["position", "reverse", "shuffled"])
def test_every_frame_says_where_it_lies(tmp_path, order, shared):
    volume = _small()
    header = pydicom.dcmread(write_enhanced(volume, tmp_path / "a" / "e.dcm", order=order, shared=shared))
    assert header.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2.1"
    frames = header.pixel_array.astype(int) - 1024
    assert len(header.PerFrameFunctionalGroupsSequence) == 9
    for frame, values in zip(header.PerFrameFunctionalGroupsSequence, frames, strict=True):
        k = frame.FrameContentSequence[0].InStackPositionNumber - 1
        lps = LPS_TO_RAS[:3, :3] @ volume.grid.to_world((0, 0, k))
        np.testing.assert_allclose(frame.PlanePositionSequence[0].ImagePositionPatient, lps, atol=1e-9)
        np.testing.assert_array_equal(values, volume.array[:, :, k].T)
        assert ("PixelMeasuresSequence" in frame) is not shared


def test_simpleitk_sees_the_same_volume(tmp_path):
    volume = _small()
    image = SimpleITK.ReadImage(str(write_enhanced(volume, tmp_path / "e.dcm", order="position")))
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(image).T, volume.array)
    assert image.GetSpacing() == pytest.approx(volume.grid.spacing)
    np.testing.assert_allclose(image.GetOrigin(), LPS_TO_RAS[:3, :3] @ volume.grid.origin, atol=1e-6)


def test_faults_are_planted_by_frame(tmp_path):
    path = write_enhanced(
        _small(),
        tmp_path / "e.dcm",
        order="position",
        extra_tags={"VolumetricProperties": "MIXED"},
        frame_tags=lambda k: {"PlanePositionSequence": None} if k == 3 else {},
    )
    header = pydicom.dcmread(path)
    assert header.VolumetricProperties == "MIXED"
    missing = ["PlanePositionSequence" not in frame for frame in header.PerFrameFunctionalGroupsSequence]
    assert missing == [k == 3 for k in range(9)]


def test_a_modality_without_an_enhanced_object_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="no image class"):
        write_enhanced(_small(), tmp_path / "e.dcm", modality="CR", intercept=-1024)
