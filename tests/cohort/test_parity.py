"""What readers return for planted faults: how far it is moved, which values differ, and the code that tells why."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from importlib.util import find_spec

import numpy as np
import pytest
from asked_of_readers import LOADERS, TROUBLED

from scan2train.cohort.parity import parity
from scan2train.cohort.parity.asked import ask
from scan2train.cohort.parity.place import Place
from scan2train.cohort.parity.run import _crash
from scan2train.cohort.parity.work import Task
from scan2train.errors import UnknownName, WrongUse
from scan2train.index import index
from scan2train.runners.outcome import Outcome


def test_a_sound_scan_is_the_same(rows):
    for key in (("plain", "simpleitk"), ("sound.nii.gz", "simpleitk"), ("sound.nii.gz", "nibabel")):
        row = rows[key]
        assert (row.verdict, row.differs, row.code, row.note) == ("same", False, "", "")
        assert row.moved_mm < 1e-3
        assert row.value_max == 0.0


def test_a_tilt_that_is_dropped_is_measured_and_explained(rows):
    row = rows["tilted", "simpleitk"]
    # Slices are put along the normal, at the distance that they have there in space: ITK's own arithmetic apart, the
    # last one is off by all that seven steps of 0.9 mm add up to, and a little along z.
    step = np.hypot(2.5, 0.9)
    assert (row.verdict, row.kind, row.code) == ("moved", "shear", "GEO006")
    assert row.moved_mm in (
        pytest.approx(7 * 0.9, abs=1e-3),
        pytest.approx(np.hypot(7 * 0.9, 7 * (step - 2.5)), abs=1e-3),
    )
    assert row.value_max == 0.0


def test_a_gap_is_refused_here_and_bridged_there(rows):
    row = rows["missing", "simpleitk"]
    assert (row.verdict, row.code) == ("not-refused", "GEO004")
    assert row.differs
    assert "slices are missing" in row.refused
    # 7 slices over 17.5 mm are put 17.5 / 6 apart: worst is the slice before the gap.
    assert row.moved_mm == pytest.approx(max(abs(k * 17.5 / 6 - p) for k, p in enumerate((0, 2.5, 5, 10))))
    assert row.warnings


def test_values_that_are_read_wrong_are_measured(rows):
    assert rows["high-bit", "right"].differs
    row = rows["high-bit", "simpleitk"]
    assert (row.verdict, row.code, row.unit) == ("other-values", "PIX004", "HU")
    assert row.value_max >= row.value_p99 > 100
    assert row.moved_mm == pytest.approx(0, abs=1e-6)


def test_nifti_affines_that_readers_take_otherwise(rows):
    assert rows["sheared.nii.gz", "nibabel"].verdict == "same"
    row = rows["sheared.nii.gz", "simpleitk"]
    assert row.differs
    assert row.code == "NII002"
    assert rows["conflict.nii.gz", "nibabel"].verdict == "same"
    row = rows["conflict.nii.gz", "simpleitk"]
    assert (row.verdict, row.kind, row.code) == ("moved", "origin", "NII001")
    assert row.moved_mm == pytest.approx(30, abs=1e-3)


def test_a_reader_that_opens_another_file_of_the_name_is_explained(rows):
    assert rows["shadowed/two.nii.gz", "nibabel"].verdict == "same"
    row = rows["shadowed/two.nii.gz", "simpleitk"]
    assert (row.verdict, row.code, row.value_max) == ("other-values", "FIL006", 47.0)


def test_a_format_that_a_reader_is_not_made_for_is_no_difference(rows):
    row = rows["plain", "nibabel"]
    assert (row.verdict, row.differs, row.code) == ("refused", False, "")
    assert "cannot read dicom" in row.note


def test_loaders_of_ones_own(rows):
    told = {name: (rows["plain", name].verdict, rows["plain", name].kind) for name in LOADERS}
    assert told == {
        "right": ("same", ""),
        "says_lps": ("same", ""),
        "turned_with_its_affine": ("same", ""),
        "takes_lps_for_ras": ("moved", "mirrored"),
        "mirrored": ("moved", "mirrored"),
        "first_slope_for_all": ("same", ""),
        "by_name": ("moved", "slice-order"),
        "without_its_last_slice": ("other-shape", "slices-missing"),
        "channel_first_without_a_place": ("same", ""),
        "troubled": ("same", ""),
    }
    assert rows["plain", "mirrored"].moved_mm == pytest.approx(12 * 1.3)
    assert rows["plain", "by_name"].moved_mm <= 7 * 2.5
    assert rows["plain", "takes_lps_for_ras"].code == "unexplained"
    bare = rows["plain", "channel_first_without_a_place"]
    assert (bare.moved_mm, bare.shape) == (None, (1, 13, 11, 8))


def test_a_tilt_that_a_loader_keeps_is_no_difference(rows):
    assert rows["tilted", "right"].verdict == "same"
    assert rows["tilted", "mirrored"].moved_mm == pytest.approx(12 * 1.3)


def test_slopes_of_each_slice_are_explained(rows):
    row = rows["slopes", "first_slope_for_all"]
    assert (row.verdict, row.kind, row.code, row.unit) == ("other-values", "values", "PIX003", "Bq/ml")
    assert row.value_max > 10
    # ITK makes whole numbers of all slices where those of the first one are.
    row = rows["slopes", "simpleitk"]
    assert (row.verdict, row.kind, row.code) == ("other-values", "rounded", "PIX003")
    assert row.value_max == 0.75


def test_a_reader_that_dies_swells_or_raises_costs_its_row(rows):
    told = {name: rows[name, "troubled"] for name in TROUBLED}
    assert [row.verdict for row in told.values()] == ["crashed", "crashed", "refused", "same"]
    assert "SIGABRT" in told["dies"].note
    assert "memory" in told["swells"].note
    assert told["refuses"].note == "ValueError: not with me"
    assert (told["warns"].warnings, told["warns"].warned) == (2, "slices look odd")
    assert [row.differs for row in told.values()] == [True, True, True, False]
    assert all(rows[name, "right"].verdict == "same" for name in TROUBLED)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_reader_that_hangs_ends_its_process_in_time(tmp_path):
    child = os.fork()
    if not child:
        try:
            ask(lambda _path, _uid: time.sleep(60), tmp_path, "", 0.2)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert signal.Signals(os.WTERMSIG(status)).name == "SIGALRM"
    place = Place(path=tmp_path, shown="ct", format="dicom")
    ended = Outcome(at=0, failure="the process was ended by SIGALRM", died=True)
    (lost,) = _crash(Task(number=0, place=place, reader="simpleitk", limit_s=0.2), ended).volumes
    assert (lost.compared.verdict, lost.compared.note) == ("crashed", "did not end within 0.2 s")


@pytest.mark.parametrize("name", ["itk", "simple-itk", ""])
def test_a_reader_that_does_not_exist(name, scans):
    with pytest.raises(UnknownName, match=r"monai-pydicom"):
        parity(scans, [name])


@pytest.mark.parametrize(
    "name", ["no_such_module:load", "loaders_of_users:nothing", "loaders_of_users:LPS", ":x"]
)
def test_a_loader_that_cannot_be_had(name, scans):
    with pytest.raises(WrongUse, match="loader"):
        parity(scans, [name])


def test_a_reader_that_is_not_installed_says_which_extra_to_install(scans, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "monai" else real(name))
    with pytest.raises(WrongUse, match=r'pip install "scan2train\[monai\]"'):
        parity(scans, ["monai"])


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["monai", "torchio"])
def test_readers_of_extras(reader, scans):
    found = parity(index(scans, cache=False), reader)
    told = {row.path: (row.verdict, row.code) for row in found}
    assert told["plain"] == told["sound.nii.gz"] == ("same", "")
    # MONAI asks ITK where it is installed, and else a reader of its own that keeps the shear.
    keeps = reader == "monai" and find_spec("itk") is None
    assert told["tilted"] == (("same", "") if keeps else ("moved", "GEO006"))
    assert told["missing"] == ("not-refused", "GEO004")
