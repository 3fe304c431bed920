"""What several attributes tell together: phase, delay, gating, strength of reconstruction."""

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import scan2train as s2t
from scan2train.testing.small import small_series
from scan2train.testing.small_objects import small_enhanced


def only_row(folder):
    rows = s2t.index(folder, cache=False).volumes.to_dicts()
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("description", "tags", "phase"),
    [
        ("Abdomen portalvenös", {}, "portal-venous"),
        ("Abdomen", {"ProtocolName": "Abdomen arteriell"}, "arterial"),
        ("Abdomen", {"ContrastBolusAgent": "NONE", "ProtocolName": "Abdomen arteriell"}, "non-contrast"),
        ("Abdomen", {"ContrastBolusAgent": "CE", "ProtocolName": "Abdomen nativ"}, None),
        ("Abdomen", {"ContrastBolusAgent": "CE"}, None),
        ("nativ und venös", {"ContrastBolusAgent": "CE"}, None),
    ],
)
def test_words_tell_the_phase(tmp_path, description, tags, phase):
    small_series(series_description=description, tags=tags)(tmp_path)
    assert only_row(tmp_path)["phase"] == phase


@pytest.mark.parametrize(
    ("start", "scan", "delay_s", "phase"),
    [
        ("115930", "120005.5", 35.5, "arterial"),
        ("235930", "000040", 70, "portal-venous"),
        ("120000", "120500.25", 300.25, "delayed"),
        ("120500", "120000", -300, None),
    ],
)
def test_times_tell_it_too_also_around_midnight(tmp_path, start, scan, delay_s, phase):
    tags = {"ContrastBolusAgent": "CE", "ContrastBolusStartTime": start, "AcquisitionTime": scan}
    small_series("PIR", series_description="Abdomen", tags=tags)(tmp_path)
    row = only_row(tmp_path)
    assert (row["contrast_delay_s"], row["phase"]) == (delay_s, phase)


def test_gating_and_iterative_reconstruction_are_told_in_words(tmp_path):
    small_series(
        series_description="CorCTA BestDiast 71 %",
        kernel="Bv36d\\3",
        manufacturer="SIEMENS",
        tags={"HeartRate": "62", "ScanOptions": "RETRO"},
    )(tmp_path)
    row = only_row(tmp_path)
    assert (row["cardiac_percent"], row["iterative"], row["kernel_class"]) == (71, "ADMIRE 3", "medium")
    assert row["gating"] == "Heart Rate 62; Scan Options RETRO; 71 % in words"


@pytest.mark.parametrize(
    ("keyword", "kernel", "known"),
    [("ConvolutionKernel", "FC52", "sharp"), ("ConvolutionKernelGroup", "SOFT_TISSUE", "medium")],
)
def test_an_enhanced_object_keeps_its_kernel_in_a_group(tmp_path, keyword, kernel, known):
    small_enhanced(tags={"ConvolutionKernel": None, "Manufacturer": "TOSHIBA"})(tmp_path)
    path = next(tmp_path.rglob("*.dcm"))
    stored = pydicom.dcmread(path)
    item, agent = Dataset(), Dataset()
    setattr(item, keyword, kernel)
    agent.CodeMeaning = "Iohexol"
    stored.SharedFunctionalGroupsSequence[0].CTReconstructionSequence = Sequence([item])
    stored.ContrastBolusAgentSequence = Sequence([agent])
    stored.save_as(path)
    row = only_row(tmp_path)
    assert (row["kernel"], row["kernel_class"], row["contrast"]) == (kernel, known, "Iohexol")
