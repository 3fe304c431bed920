"""The command ``clean``, and ``convert --format dicom``."""

import json

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

import scan2train
from scan2train.cli.app import app
from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

SHAPE = (5, 4, 2)


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


@pytest.fixture
def films(tmp_path):
    volume = Volume(
        array=np.arange(40, dtype=np.int16).reshape(SHAPE), grid=Grid(SHAPE, np.diag([-1, -2, 3, 1.0]))
    )
    write_dicom_series(
        volume,
        tmp_path / "in",
        modality="DX",
        order="position",
        extra_tags={"PhotometricInterpretation": "MONOCHROME1"},
    )
    (tmp_path / "in" / "notes.txt").write_text("none")
    return tmp_path / "in"


def test_the_summary_says_what_was_written_and_what_was_not(films, tmp_path):
    done = run("clean", films, "-o", tmp_path / "out", "--monochrome2")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"{tmp_path / 'out'}: 2 files written, 2 of them changed, 2 with new pixels",
        "skipped notes.txt: is no DICOM file",
    ]


def test_json_is_complete_and_stable(films, tmp_path):
    done = run("clean", films, "-o", tmp_path / "out", "--monochrome2", "--format", "json")
    made = json.loads(done.stdout)
    uids = [pydicom.dcmread(tmp_path / "out" / f"IM000{k}.dcm").SOPInstanceUID for k in range(2)]
    assert made == {
        "version": 1,
        "tool": {"name": "scan2train", "version": scan2train.__version__},
        "out": str(tmp_path / "out"),
        "summary": {"written": 2, "changed": 2, "new_pixels": 2, "skipped": 1, "failed": 0},
        "files": [
            {
                "path": f"IM000{k}.dcm",
                "out": f"IM000{k}.dcm",
                "sop_instance_uid": uids[k],
                "done": ["pixels", "monochrome2"],
            }
            for k in range(2)
        ],
        "skipped": [{"path": "notes.txt", "reason": "is no DICOM file"}],
        "failed": [],
    }


def test_some_failures_end_with_1_and_all_with_2(films, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "IM0000.dcm").touch()
    done = run("clean", films, "-o", tmp_path / "out", "--set", "KVP=70")
    assert done.exit_code == 1
    assert "failed IM0000.dcm" in done.stdout
    (tmp_path / "out" / "IM0001.dcm").write_text("other")
    assert run("clean", films, "-o", tmp_path / "out", "--set", "KVP=70").exit_code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--deidentify"], "--deidentify does not exist yet"),
        ([], "nothing to clean"),
        (["--set", "KVP"], "TAG=VALUE"),
        (["--set", "PatientNam=x"], "PatientName"),
    ],
)
def test_what_cannot_be_meant_ends_with_2(films, tmp_path, words, says):
    done = run("clean", films, "-o", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


def test_setting_what_measures_is_told(films, tmp_path):
    done = run("clean", films, "-o", tmp_path / "out", "--set", "PixelSpacing=1\\2")
    assert "PixelSpacing was set" in done.stderr
    assert pydicom.dcmread(tmp_path / "out" / "IM0000.dcm").PixelSpacing == [1, 2]


def test_convert_makes_a_series_and_tells_what_moved(tmp_path):
    volume = Volume(array=np.random.default_rng(0).random(SHAPE), grid=Grid(SHAPE, np.diag([1, 2, 3, 1.0])))
    scan2train.write(volume, tmp_path / "a.nrrd")
    done = run("convert", tmp_path / "a.nrrd", tmp_path / "out", "--format", "dicom", "--modality", "MR")
    assert done.exit_code == 0
    assert "values were moved to 16-bit steps" in done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 2
    assert run("convert", tmp_path / "a.nrrd", tmp_path / "b", "--format", "dcm").exit_code == 2
