"""Segments of a segmentation object: each is a mask of its own, be it of one slice, and they may overlap."""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_tables import tables
from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.stack import stack
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.small import body

#: Segment and place of each frame: one segment of three slices, two that lie in one of them, and one beside.
FRAMES = ((1, 0), (1, 1), (1, 2), (2, 1), (3, 1), (4, 0))


def item(**attributes):
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return Sequence([made])


def written(folder):
    volume = body("LPS", (13, 11, len(FRAMES)), (1.3, 1.7, 2.5), 0.0, 0.0, "MR")
    origin = [-volume.grid.affine[0, 3], -volume.grid.affine[1, 3], volume.grid.affine[2, 3]]

    def groups(k):
        segment, place = FRAMES[k]
        return {
            "SegmentIdentificationSequence": item(ReferencedSegmentNumber=segment),
            "PlanePositionSequence": item(
                ImagePositionPatient=[*(f"{mm:.6g}" for mm in origin[:2]), f"{origin[2] + 2.5 * place:.6g}"]
            ),
        }

    tags = {"SOPClassUID": min(SEGMENTATIONS), "Modality": "SEG"}
    write_enhanced(volume, folder / "masks.dcm", modality="MR", extra_tags=tags, frame_tags=groups)


def test_segments_of_one_slice_are_told_apart_from_longer_ones(tmp_path):
    written(tmp_path)
    rows = stack(*tables(tmp_path)).to_dicts()
    assert [(row["dimension"], row["n_slices"], row["irregular"] or "") for row in rows] == [
        ("segment", 3, ""),
        *[("segment", 1, "")] * 3,
    ]
