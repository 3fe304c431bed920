"""Of each study the best fit scan is taken, for a reason that is told; findings count as they matter to the task."""

from __future__ import annotations

import polars as pl
import pytest

from scan2train import Severity, Task, UnknownName, check, choose, index, prepare
from scan2train.choosing.choices import choices, write_choices
from scan2train.choosing.mending_recipe import mending_recipe
from scan2train.finding import Finding, Where
from scan2train.testing.small import small_nifti, small_series, together
from scan2train.testing.small_mammograms import small_mammograms

LUNG = Task.load("ct-lung")


def ct(number, words, kernel="B30f", step=2.5, *, patient="P", tags=None, **more):
    return small_series(
        spacing=(1.3, 1.7, step),
        below=f"{patient}/{number}",
        series_number=number,
        series_description=words,
        kernel=kernel,
        manufacturer="SIEMENS",
        patient=patient,
        tags=tags,
        **more,
    )


def chosen(folder, task, findings=()):
    table = choices(index(folder, cache=False), task, findings)
    return {row["description"] or row["path"]: row for row in table.iter_rows(named=True)}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    together(
        ct(1, "thick", "B31f", 5.5),
        ct(2, "soft thin", "B31f", 1.0),
        ct(3, "lung thin", "B70f", 1.4),
        ct(4, "lung thicker", "B70f", 3.0),
        ct(5, "scout", tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        small_series(modality="MR", below="P/6", series_number=6, series_description="t1", patient="P"),
        ct(1, "another patient", "B31f", 5.0, patient="Q"),
        small_nifti("files/scan.nii.gz"),
    )(folder)
    return folder


def test_one_of_each_study_is_taken_and_the_reason_is_told(study):
    rows = chosen(study, LUNG)
    taken = {name for name, row in rows.items() if row["choice"] == "accept"}
    assert taken == {"lung thin", "another patient", "files/scan.nii.gz"}
    # Both are thin enough, so that the kernel decides.
    assert (
        "a kernel that suits the task better (B70f sharp; the other B31f medium)"
        in rows["lung thin"]["reason"]
    )
    assert rows["soft thin"]["reason"].startswith("fit, but lung thin was taken: a kernel")
    assert "thinner slices (1.4 mm; the other 3 mm)" in rows["lung thicker"]["reason"]
    assert rows["thick"]["reason"] == "slices 5.5 mm apart, and the task takes 5 mm at most"
    assert rows["scout"]["reason"] == "a localizer"
    assert rows["t1"]["reason"] == "MR, and the task is about CT"
    assert [rows[name]["rank"] for name in ("lung thin", "soft thin", "lung thicker", "thick")] == [
        1,
        2,
        3,
        None,
    ]
    assert [rows[name]["fit"] for name in ("lung thicker", "thick")] == [True, False]


def test_another_task_takes_another_series(study):
    rows = chosen(study, Task.load("ct-abdomen"))
    assert rows["soft thin"]["choice"] == "accept"
    assert rows["lung thin"]["reason"] == "kernel sharp, and the task takes smooth, medium"


def test_what_is_found_makes_unfit_and_the_next_one_is_taken(study):
    found = index(study, cache=False)
    ids = dict(found.volumes.select("description", "volume").rows())

    def finding(code, name, severity):
        return Finding(
            code=code, name="x", severity=severity, scope="volume", message="", where=Where(volume=ids[name])
        )

    said = [finding("GEO004", "lung thin", Severity.WARNING), finding("GEO003", "soft thin", Severity.ERROR)]
    rows = chosen(study, LUNG, said)
    assert rows["lung thin"]["fatal"] == "GEO004"
    assert rows["soft thin"]["reason"] == "found in it: GEO003"
    assert rows["lung thicker"]["choice"] == "accept"
    mild = [finding("GEO012", "lung thin", Severity.WARNING)]
    assert chosen(study, LUNG, mild)["lung thin"]["choice"] == "accept"


def test_the_heart_at_rest_is_taken(tmp_path):
    def heart(number, percent, kernel="B26f"):
        tags = {"NominalPercentageOfCardiacPhase": percent, "ContrastBolusAgent": "IOMERON"}
        return ct(number, f"at {percent}", kernel, 0.6, tags=tags)

    together(heart(1, 40), heart(2, 72), heart(3, 85), heart(4, 75, "B60f"))(tmp_path)
    rows = chosen(tmp_path, Task.load("cta-coronary"))
    assert [name for name, row in rows.items() if row["choice"] == "accept"] == ["at 72"]
    assert "nearer to the cardiac phase that the task wants (72 %; the other 85 %)" in rows["at 72"]["reason"]
    assert rows["at 75"]["reason"] == "kernel sharp, and the task takes smooth, medium"


def test_each_view_of_a_mammography_is_taken_once(tmp_path):
    raw = {"PresentationIntentType": "FOR PROCESSING"}
    shown = {"PresentationIntentType": "FOR PRESENTATION"}
    together(
        small_mammograms("LCC", "RCC", "LML", tags=shown),
        small_mammograms("LCC", "RCC", told_by="SCT", tags=raw, first=4),
    )(tmp_path)
    table = choose(index(tmp_path, cache=False), "mammography", findings=())
    taken = table.filter(pl.col("choice") == "accept")
    assert taken.height == 2
    assert taken["reason"].str.contains("made for presentation").all()
    assert "view ML, and the task takes CC, MLO" in table["reason"].to_list()


def test_prepare_takes_what_was_chosen(study, tmp_path):
    found = index(study, cache=False)
    table = choose(found, LUNG, findings=())
    write_choices(table, tmp_path / "out" / "choices.csv")
    planned = prepare(
        found, "ct-lung", tmp_path / "ready", choices=tmp_path / "out" / "choices.csv", dry_run=True
    )
    accepted = table.filter(pl.col("choice") == "accept")["volume"]
    assert sorted(planned.cases["volume"]) == sorted(accepted)
    assert planned.unfit == ()
    everything = prepare(found, "ct-lung", tmp_path / "ready", dry_run=True)
    assert everything.unfit == (
        "1 case is MR, and the recipe's task, ct-lung, is for CT",
        "1 case is not fit for the recipe's task, ct-lung: slices 5.5 mm apart, and the task takes 5 mm at most",
    )


def test_a_formula_in_a_header_is_none_in_a_spreadsheet(tmp_path):
    ct(1, '=HYPERLINK("x")')(tmp_path / "scans")
    table = choices(index(tmp_path / "scans", cache=False), LUNG, ())
    write_choices(table, tmp_path / "choices.csv")
    assert pl.read_csv(tmp_path / "choices.csv")["description"].to_list() == ['\'=HYPERLINK("x")']
    write_choices(table, tmp_path / "choices.parquet")
    assert pl.read_parquet(tmp_path / "choices.parquet")["description"].to_list() == ['=HYPERLINK("x")']


def test_fatal_is_an_error_and_what_is_not_taken_is_information(tmp_path):
    gap = {"tags": {"SliceThickness": "1"}}
    together(
        small_series(below="ct", **gap),
        small_series(below="mr", modality="MR", patient="M", tags={"SpacingBetweenSlices": "9"}),
    )(tmp_path)
    found = index(tmp_path, cache=False)
    plain = {one.where.path: one for one in check(found, select=["GEO008"], pixels=False)}
    assert [plain[name].severity for name in ("ct", "mr")] == [Severity.WARNING, Severity.WARNING]
    lab = Task.from_toml('modality = "CT"\nfatal = ["GEO008"]', "our-task")
    for one in (finding for finding in check(found, lab, select=["GEO008"], pixels=False)):
        if one.where.path == "ct":
            assert one.severity is Severity.ERROR
            assert one.advice.endswith("The task our-task calls this fatal.")
        else:
            assert one.severity is Severity.INFO
            assert one.advice.startswith("Nothing, as the task our-task does not take this (MR")


def test_a_task_whose_fatal_code_no_rule_has_is_refused(study):
    lab = Task.from_toml('modality = "CT"\nfatal = ["GEO444"]', "our-task")
    with pytest.raises(UnknownName, match="GEO444"):
        check(index(study, cache=False), lab)


@pytest.mark.parametrize(
    ("codes", "task", "steps"),
    [
        (
            ("GEO006", "PIX001"),
            "ct-abdomen",
            ["detilt", "reorient", "resample", "clip", "rescale", "crop_to_body"],
        ),
        (("GEO006",), "pet-ct", ["detilt", "reorient", "resample", "clip", "rescale"]),
        (("PIX001", "GEO006", "SET001"), None, ["bright_is_dense", "detilt", "resample"]),
        ((), None, ["reorient"]),
    ],
)
def test_a_recipe_mends_what_was_found(codes, task, steps):
    findings = [
        Finding(code=code, name="x", severity=Severity.WARNING, scope="volume", message="") for code in codes
    ]
    recipe = mending_recipe(findings, Task.load(task) if task else None)
    assert [step.to_json()["do"] for step in recipe.steps] == steps
    assert type(recipe).from_toml(recipe.to_toml(), name=recipe.name) == recipe
