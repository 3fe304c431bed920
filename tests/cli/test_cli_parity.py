"""The command ``parity``: what it prints, where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

import scan2train.cohort.parity
from scan2train.cli.app import app
from scan2train.cohort.parity import Parity
from scan2train.reports.parity import PARITY_SCHEMA, parity_as_json, parity_as_text
from scan2train.testing.small import small_series

GOLDEN = Path(__file__).parents[1] / "golden" / "parity.txt"


def run(*words):
    return CliRunner().invoke(app, ["parity", *map(str, words), "--no-cache"], prog_name="scan2train")


def row(reader="simpleitk", path="ct/1", verdict="same", **more):
    usual = {"moved_mm": 0.0, "value_max": 0.0, "value_p99": 0.0, "unit": "HU", "compared": "place"}
    return Parity(
        volume="0123456789ab",
        path=path,
        reader=reader,
        verdict=verdict,
        **{"differs": verdict != "same", "shape": (8, 11, 13), **usual, **more},
    )


def drops(path, far):
    where = f"drops the shear of the grid: a voxel of slice 8 of 8 lies {far:.3g} mm from where it was"
    return {
        "path": path,
        "verdict": "moved",
        "kind": "shear",
        "code": "GEO006",
        "moved_mm": far,
        "note": where,
    }


ROWS = [
    row(),
    row("own:load", **drops("ct/1", 6.3)),
    row(**drops("ct/2", 34.2)),
    row("own:load", "ct/2"),
    row(
        path="ct/3",
        verdict="not-refused",
        refused="Slices are missing",
        kind="not-refused",
        code="GEO004",
        moved_mm=1.25,
        note="returns a volume where slices are missing; a slice lies up to 1.25 mm from where it was",
        warnings=1,
        warned="Non uniform sampling",
    ),
    row(
        "own:load",
        "ct/3",
        "crashed",
        kind="crashed",
        code="unexplained",
        note="did not end within 300 s",
        shape=None,
    ),
    row(
        path="pet",
        verdict="other-values",
        kind="values",
        code="PIX003",
        note="12% of the values differ, by up to 4310 Bq/ml",
        value_max=4310.0,
        value_p99=2750.5,
        unit="Bq/ml",
    ),
    row(
        "own:load",
        "pet",
        kind="padding-kept",
        code="PIX006",
        note="returns padding as -2000 HU, in 21.5% of the voxels",
    ),
]


def test_the_text_is_as_it_was(monkeypatch):
    monkeypatch.setattr(
        "scan2train.reports.parity.version_of", lambda name: "2.5.0" if ":" not in name else ""
    )
    assert "".join(f"{line}\n" for line, _ in parity_as_text(ROWS, 100)) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_the_json_fits_its_schema(rows):
    told = json.loads(parity_as_json(["hospital"], rows))
    jsonschema.validate(told, PARITY_SCHEMA)
    assert told["summary"]["rows"] == len(rows)
    assert told["summary"]["differ"] == sum(one.differs for one in rows)
    assert told["summary"]["verdicts"]["same"] == sum(one.verdict == "same" for one in rows)


def test_a_whole_run(tmp_path):
    small_series(tilt=0.9, below="tilted")(tmp_path / "in")
    out = tmp_path / "out" / "parity.json"
    done = run(tmp_path / "in", "--readers", "simpleitk,nibabel", "--format", "json", "-o", out, "--jobs", 1)
    assert (done.exit_code, done.stdout) == (1, "")
    told = json.loads(out.read_text())
    jsonschema.validate(told, PARITY_SCHEMA)
    assert [one["name"] for one in told["readers"]] == ["simpleitk", "nibabel"]
    first, second = told["rows"]
    assert (first["path"], first["verdict"], first["code"]) == ("tilted", "moved", "GEO006")
    assert first["moved_mm"] > 6
    assert (second["verdict"], second["differs"]) == ("refused", False)


@pytest.mark.parametrize(("rows", "code"), [(ROWS[:1], 0), (ROWS, 1)])
def test_the_exit_code_says_whether_anything_differs(rows, code, tmp_path, monkeypatch):
    small_series()(tmp_path)
    monkeypatch.setattr(scan2train.cohort.parity, "parity", lambda *_, **__: rows)
    done = run(tmp_path, "--readers", "nibabel")
    assert done.exit_code == code
    assert "simpleitk" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--readers", "simpelitk"], "a loader of your own is named module:function"),
        (["--readers", "no_such_module:load"], "cannot be imported"),
        (["--readers", "nibabel", "-o", "{source}/rows.json"], "written into a source"),
    ],
)
def test_wrong_use_ends_with_2(words, said, tmp_path):
    small_series()(tmp_path)
    done = run(tmp_path, *(word.format(source=tmp_path) for word in words))
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
