"""The envelope: like scans are in, others are out with the right reasons."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from scan2train import Envelope, Volume, prepare
from scan2train.cli.app import app
from scan2train.cohort.envelope.observed import Observed
from scan2train.cohort.envelope.verdict import judge
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.recipe import Recipe
from scan2train.testing.of_volume import series_of
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.small import small_nifti, small_text, together

SHAPE, SPACING = (64, 52, 18), (6.0, 6.5, 12.0)
RECIPE = Recipe.from_toml(
    """
    task = "ct-lung"
    [[step]]
    do = "reorient"
    to = "LPS"
    [[step]]
    do = "resample"
    spacing_mm = [7.0, 7.0, 12.0]
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    [[step]]
    do = "rescale"
    to = [0.0, 1.0]
    """,
    name="small",
)


def chest(seed=0, shape=SHAPE, spacing=SPACING, noise=12.0, add=0):
    volume, _ = chest_ct(shape, spacing, seed=seed, noise_hu=noise)
    return Volume(array=volume.array + np.int16(add), grid=volume.grid, unit="HU") if add else volume


def scan(name, volume=None, n=0, *, phase="", position="HFS", **more):
    tags = {"PatientPosition": position, "PatientID": name, "SeriesDescription": f"CHEST {phase}".strip()}
    return series_of(chest(n) if volume is None else volume, name, tags=tags, series_number=n + 1, **more)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    together(
        *(scan(f"s{n}", n=n, phase="NATIVE") for n in range(3)),
        scan("s3", chest(3, spacing=(6.6, 6.9, 13.0)), 3, phase="NATIVE"),
    )(root / "scans")
    prepare(root / "scans", RECIPE, root / "ready", jobs=1)
    return root / "ready"


@pytest.fixture(scope="module")
def envelope(ready):
    return Envelope.learn(ready)


def judged(envelope, tmp_path, build):
    build(tmp_path / "new")
    (verdict,) = envelope.judge(tmp_path / "new")
    return verdict, {one.name for one in verdict.reasons if one.outside}


def test_a_scan_of_the_same_kind_is_in(envelope, tmp_path):
    verdict, out = judged(envelope, tmp_path, scan("new", n=7, phase="NATIVE"))
    assert verdict.inside
    assert out == set()
    assert verdict.reasons == ()
    assert "kernel_class" not in verdict.unknown


@pytest.mark.parametrize(
    ("build", "reasons", "codes"),
    [
        (scan("new", n=7, phase="NATIVE", sharp=True), {"kernel_class"}, {"ACQ002"}),
        (scan("new", n=7, phase="NATIVE", vendor="ge"), {"vendor"}, {""}),
        (scan("new", n=7, phase="PORTAL VENOUS"), {"phase"}, {"ACQ004"}),
        (scan("new", n=7, phase="NATIVE", position="FFP"), {"patient_position"}, {"GEO011"}),
        (scan("new", chest(7, add=1024), 7, phase="NATIVE", modality="MR"), {"modality"}, {"ACQ006"}),
        (
            scan("new", chest(7, (64, 52, 36), (6.0, 6.5, 6.0)), 7, phase="NATIVE"),
            {"spacing_is"},
            {"SET001"},
        ),
        (scan("new", chest(7, (64, 52, 8)), 7, phase="NATIVE"), {"field_is"}, {"SET002"}),
        (scan("new", chest(7, noise=90.0), 7, phase="NATIVE"), {"grain"}, {"ACQ002"}),
    ],
    ids=["kernel", "vendor", "phase", "position", "modality", "spacing", "short", "noise"],
)
def test_what_differs_is_out_for_that_reason(envelope, tmp_path, build, reasons, codes):
    verdict, out = judged(envelope, tmp_path, build)
    assert not verdict.inside
    assert reasons <= out
    assert codes <= {one.code for one in verdict.reasons if one.name in reasons}
    # Nothing else is said of headers and geometry.
    assert {one for one in out - reasons if not one.startswith("p")} <= {"grain", "field_is"}


def test_a_lost_intercept_shows_in_the_values(envelope, tmp_path):
    verdict, out = judged(envelope, tmp_path, scan("new", chest(7, add=1024), 7, phase="NATIVE"))
    assert not verdict.inside
    assert "p50" in out
    assert out <= {"p1", "p5", "p25", "p50", "p75", "p95", "p99", "grain", "foreground"}


def test_nothing_at_all_is_out(envelope, tmp_path):
    empty = Volume(array=np.full(SHAPE, -1024, dtype=np.int16), grid=chest().grid, unit="HU")
    verdict, out = judged(envelope, tmp_path, scan("new", empty, 7, phase="NATIVE"))
    assert not verdict.inside
    assert "foreground" in out


def test_where_the_recipe_fails_headers_are_judged_all_the_same(envelope, tmp_path):
    needs_air = Recipe.from_toml('[[step]]\ndo = "crop_to_body"\nmargin_mm = 5.0\n')
    other = dataclasses.replace(envelope, recipe=needs_air)
    build = scan("new", chest(7, add=1024), 7, phase="NATIVE", modality="MR")
    verdict, out = judged(other, tmp_path, build)
    assert not verdict.inside
    assert out == {"recipe", "modality"}
    assert "p50" in verdict.unknown


def test_what_a_format_does_not_know_is_told_and_not_held_against_it(envelope, tmp_path):
    from scan2train import write

    (tmp_path / "new").mkdir()
    write(chest(7), tmp_path / "new" / "scan.nii.gz")
    (verdict,) = envelope.judge(tmp_path / "new")
    assert verdict.inside
    assert {"modality", "vendor", "kernel_class", "phase"} <= set(verdict.unknown)


@pytest.mark.parametrize(("task", "out"), [("ct-lung", set()), ("", {"recipe"})])
def test_a_file_without_a_unit_is_taken_as_the_task_says(envelope, tmp_path, task, out):
    from scan2train import write

    step = {"do": "crop_to_body", "margin_mm": 200.0}
    steps = [*envelope.recipe.to_json()["step"], step]
    other = dataclasses.replace(envelope, recipe=Recipe.from_json({"task": task, "step": steps}))
    (tmp_path / "new").mkdir()
    write(chest(7), tmp_path / "new" / "scan.nii.gz")
    (verdict,) = other.judge(tmp_path / "new")
    assert {one.name for one in verdict.reasons if one.outside} == out


def test_values_are_told_in_the_unit_that_the_scan_has(envelope):
    told = Observed(words={}, numbers={"p50": 900.0, "grain": 70.0, "field_is": 1.0}, unit="a.u.")
    ranges = (dataclasses.replace(one, unit="HU") if one.unit == "a.u." else one for one in envelope.ranges)
    seen = {one.name: one.seen for one in judge("mr", told, ranges).reasons}
    assert seen == {"p50": "900 a.u.", "grain": "70 a.u.", "field_is": "1 mm"}


def test_only_training_cases_are_learnt_from(ready, tmp_path):
    import polars as pl

    table = pl.read_parquet(ready / "cases.parquet")
    thick = table.filter(pl.col("source_spacing_k_mm") > 12.5)["case"].to_list()
    thin = table.filter(pl.col("source_spacing_k_mm") < 12.5)["case"].to_list()
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": thin, "val": [], "test": thick}), encoding="utf-8")
    made = Envelope.learn(ready, split=split)
    assert made.cases == 3
    (spacing,) = (one for one in made.ranges if one.name == "spacing_is")
    assert spacing.seen == (12.0, 12.0, 12.0)
    assert (spacing.low, spacing.high) == (9.6, 15.0)
    assert "split.json: 3 of 4" in made.said_by


def test_a_person_may_edit_it(envelope, tmp_path):
    path = envelope.save(tmp_path / "envelope.json")
    assert Envelope.load(path) == envelope
    data = json.loads(path.read_text(encoding="utf-8"))
    (vendor,) = (one for one in data["words"] if one["name"] == "vendor")
    vendor["seen"]["ge"] = 0
    path.write_text(json.dumps(data), encoding="utf-8")
    _, out = judged(Envelope.load(path), tmp_path, scan("new", n=7, phase="NATIVE", vendor="ge"))
    assert "vendor" not in out


@pytest.mark.parametrize("text", ["[]", "{}", "{", '{"recipe": 3}', '{"recipe": {}, "counts": {}}'])
def test_what_is_no_envelope_is_refused(tmp_path, text):
    path = tmp_path / "envelope.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse) as caught:
        Envelope.load(path)
    assert str(path) in str(caught.value)
    assert "envelope learn" in caught.value.advice


def test_a_series_that_is_given_by_itself_is_called_as_its_folder(envelope, tmp_path):
    scan("a", n=7, phase="NATIVE")(tmp_path / "new")
    (verdict,) = envelope.judge(tmp_path / "new" / "a")
    assert verdict.scan == "a"


def test_the_commands_exit_as_the_verdict_is(ready, envelope, tmp_path):
    path = tmp_path / "envelope.json"
    runner = CliRunner()
    made = runner.invoke(app, ["envelope", "learn", str(ready), "-o", str(path)])
    assert (made.exit_code, Envelope.load(path)) == (0, envelope)
    together(scan("a", n=7, phase="NATIVE"), scan("b", n=8, phase="NATIVE", sharp=True))(tmp_path / "new")

    def test(place, *more):
        return runner.invoke(app, ["envelope", "test", str(path), str(place), *more])

    assert test(tmp_path / "new" / "a").exit_code == 0
    both = test(tmp_path / "new", "--json")
    assert both.exit_code == 1
    assert [one["in"] for one in json.loads(both.stdout)["scans"]] == [True, False]
    assert "ACQ002 kernel_class: sharp" in test(tmp_path / "new" / "b").stdout
    small_text("none/notes.txt", "no image")(tmp_path)
    assert test(tmp_path / "none").exit_code == 2
    small_nifti("cut/cut.nii")(tmp_path)
    cut = tmp_path / "cut" / "cut.nii"
    cut.write_bytes(cut.read_bytes()[:-100])
    assert test(cut).exit_code == 2


def test_a_set_without_cases_is_refused(tmp_path):
    with pytest.raises(Scan2TrainError):
        Envelope.learn(tmp_path)
