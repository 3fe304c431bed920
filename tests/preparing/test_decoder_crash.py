"""Streams that crash their decoder: that costs the case, never the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pydicom
import pytest
from hospital import RECIPE, write_image

import scan2train
from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

#: Stands before the real package on the path of a run: what of a codec's crash can be had on every machine.
CRASHING = """
import os

def jpeg_decode(*_, **__):
    os.abort()
"""


def write_jpeg(folder: Path) -> Path:
    """One slice whose pixels are a sound JPEG, for the decoder that crashes."""
    import imagecodecs

    cells = np.random.default_rng(1).integers(0, 256, (24, 40)).astype(np.uint8)
    grid = Grid.from_axes((40, 24, 1), spacing_mm=(0.7, 0.9, 2.5))
    plane = Volume(array=cells.T[:, :, None].astype(np.int16), grid=grid)
    (path,) = write_dicom_series(plane, folder, intercept=0.0, bits_stored=8, bits_allocated=8)
    made = pydicom.dcmread(path)
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
    made.PixelData = pydicom.encaps.encapsulate([imagecodecs.jpeg8_encode(cells)])
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.save_as(path)
    return path


@pytest.fixture
def command(tmp_path):
    """The command line with decoders that crash, or with the real ones."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "imagecodecs.py").write_text(CRASHING)

    def run(*words, crashing=True):
        package = Path(scan2train.__file__).parents[1]
        path = os.pathsep.join([*([str(tmp_path / "path")] if crashing else []), str(package)])
        settings = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        return subprocess.run(
            [sys.executable, "-m", "scan2train", *map(str, words)],
            env={**os.environ, "PYTHONPATH": path, **settings},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_a_decoder_that_crashes_costs_one_case_and_a_finding(tmp_path, command, jobs):
    source, out = tmp_path / "hospital", tmp_path / "ready"
    write_jpeg(source / "series")
    write_image(source / "first.nii", seed=1)
    write_image(source / "second.nii", seed=2)
    recipe = tmp_path / "small.toml"
    recipe.write_text(RECIPE.to_toml())
    words = ("prepare", source, "--recipe", recipe, "-o", out, "--jobs", jobs)
    done = command(*words)
    assert done.returncode == 1, (done.returncode, done.stderr)
    cases = {row["case"]: row for row in pl.read_parquet(out / "cases.parquet").to_dicts()}
    failed = [row for row in cases.values() if row["state"] == "failed"]
    assert sorted(name for name, row in cases.items() if row["state"] == "done") == ["first", "second"]
    assert ["SIGABRT" in row["error"] for row in failed] == [True]
    found = json.loads((out / "findings.json").read_text())["findings"]
    assert [
        (one["code"], one["severity"]) for one in found if one["where"].get("volume") == failed[0]["volume"]
    ] == [("FIL001", "error")]
    again = command(*words, crashing=False)
    assert again.returncode == 0, again.stderr
    assert set(pl.read_parquet(out / "cases.parquet")["state"]) == {"done"}


def test_a_decoder_that_crashes_is_an_error_of_convert(tmp_path, command):
    source, target = write_jpeg(tmp_path / "series"), tmp_path / "out.nii.gz"
    done = command("convert", source, target)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert "SIGABRT" in done.stderr
    assert "Traceback" not in done.stderr
    assert not target.exists()
    done = command("convert", source, target, crashing=False)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(scan2train.read(target).array, scan2train.read(source).array)


def test_what_is_wrong_with_a_compressed_file_is_said_as_ever(tmp_path, command):
    source = write_jpeg(tmp_path / "series")
    data = source.read_bytes()
    at = data.rindex(b"\xff\xd9")
    source.write_bytes(data[:at] + b"\0\0" + data[at + 2 :])
    done = command("convert", source, tmp_path / "out.nii.gz")
    assert done.returncode == 2
    assert "is cut short" in done.stderr
    assert "Fetch the file again" in done.stderr
