"""What findings say, where other words for the same fault would mislead."""

from __future__ import annotations

from pathlib import Path

from scan2train.check import check
from scan2train.checking.pixels import refused
from scan2train.errors import DecoderMissing, UnreadableFile
from scan2train.finding import Finding, Where
from scan2train.index import index
from scan2train.rule.load import built_in
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.small import body, small_nifti, small_series, together


def found(folder: Path, code: str) -> list[Finding]:
    return check(index(folder, cache=False), select=[code], pixels=False)


def test_a_file_is_no_attribute(tmp_path):
    for n in range(2):
        write_enhanced(
            body("LPS", (13, 11, 8), (1.3, 1.7, 2.5), 0.0, 0.0, "MR"),
            tmp_path / f"{n}.dcm",
            modality="MR",
            extra_tags={"SOPInstanceUID": f"1.2.{n + 1}"},
        )
    (one,) = found(tmp_path, "SER001")
    assert (one.message, one.seen, one.affects) == (
        "a series holds several volumes, each of them in a file of its own",
        "",
        2,
    )


def test_a_single_frame_with_a_place_is_said_to_have_one(tmp_path):
    write_enhanced(
        body("LPS", (13, 11, 2), (1.3, 1.7, 2.5), 0.0, 0.0, "MR"),
        tmp_path / "frames.dcm",
        modality="MR",
        frame_tags=lambda k: {
            # Axial, and coronal: two volumes of one slice each.
            "PlaneOrientationSequence": orientation((1, 0, 0, 0, 1, 0) if k else (1, 0, 0, 0, 0, -1))
        },
    )
    (one,) = found(tmp_path, "SER006")
    assert "by the places that the file gives each" in one.message


def test_what_has_no_modality_is_not_put_under_the_one_before(tmp_path):
    together(
        small_series(modality="MR", spacing=(1.1, 1.3, 1.5)),
        small_series("PIR", below="b", modality="MR", series_number=2, spacing=(1.1, 1.3, 5.5)),
        small_nifti("a.nii.gz", spacing=(1.1, 1.2, 2.0)),
        small_nifti("b.nii.gz", spacing=(1.1, 1.2, 4.0)),
    )(tmp_path)
    (one,) = found(tmp_path, "SET001")
    first, second = one.seen.split("; ")
    assert first.startswith("MR: ")
    assert second.startswith("modality not known: ")


def test_the_page_advises_where_an_error_does_not():
    pages = {rule.code: rule.page.advice for rule in built_in()}
    (one,) = refused(Where(), frozenset(pages), DecoderMissing("segments", where="a.dcm"))
    assert (one.code, one.advice) == ("FIL003", pages["FIL003"])
    own = UnreadableFile("torn", where="a.dcm", advice="Mend it.")
    assert refused(Where(), frozenset(pages), own)[0].advice == "Mend it."


def orientation(values):
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ImageOrientationPatient = [str(value) for value in values]
    return Sequence([item])
