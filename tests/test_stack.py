"""Which slices make a volume, in what order, and what tells volumes apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dicom_tables import tables
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.stack import stack
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

SHAPE = (7, 5, 6)
SPACING = (0.8, 0.7, 2.5)
#: What files of one series share, whatever else they say.
ONE = {"SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2.4", "FrameOfReferenceUID": "1.2.5"}


def scan(shape: tuple[int, int, int] = SHAPE, tilt_deg: float = 0.0) -> Volume:
    affine = LPS_TO_RAS @ np.diag([*SPACING, 1.0])
    affine[1, 2] = -SPACING[2] * np.tan(np.radians(tilt_deg))
    affine[:3, 3] = (11.0, -20.0, 30.0)
    values = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    return Volume(array=values, grid=Grid(shape, affine))


def write(folder: Path, name: str, volume: Volume | None = None, **options: Any) -> None:
    write_dicom_series(scan() if volume is None else volume, folder / name, **options)


def stacked(folder: Path) -> list[dict[str, Any]]:
    return stack(*tables(folder)).to_dicts()


def one(folder: Path) -> dict[str, Any]:
    (row,) = stacked(folder)
    return row


def test_order_is_by_place_and_never_by_number(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a",
        numbers="shuffled",
        order="shuffled",
        extra_tags=lambda k: {"SliceLocation": str(-9 * k)},
    )
    row = one(tmp_path)
    assert row["irregular"] == ""
    assert row["member_position_mm"] == sorted(row["member_position_mm"])
    np.testing.assert_allclose(np.array(row["affine"]).reshape(4, 4), scan().grid.affine, atol=1e-9)
    assert (row["size_i"], row["size_j"], row["size_k"]) == SHAPE
    assert row["orientation"] == "LPS"
    assert row["step_source"] == "positions"


def test_k_grows_along_row_times_column_even_where_files_run_the_other_way(tmp_path: Path) -> None:
    turned = scan().grid.affine.copy()
    turned[:3, 2] *= -1
    write(tmp_path, "a", Volume(array=scan().array, grid=Grid(SHAPE, turned)))
    affine = np.array(one(tmp_path)["affine"]).reshape(4, 4)
    assert affine[2, 2] == pytest.approx(2.5)
    assert affine[2, 3] == pytest.approx(30.0 - 2.5 * 5)


@pytest.mark.parametrize(
    ("attribute", "values", "dimension"),
    [
        ("EchoTime", ("2.3", "4.6"), "echo"),
        ("DiffusionBValue", (0.0, 800.0), "b-value"),
        ("TriggerTime", ("75", "9"), "phase"),
        ("AcquisitionNumber", ("2", "1"), "acquisition"),
        ("TemporalPositionIdentifier", ("2", "10"), "time"),
        ("ImageType", ("ORIGINAL\\PRIMARY\\M", "ORIGINAL\\PRIMARY\\P"), "image-type"),
    ],
)
def test_several_slices_at_one_place_are_told_apart(
    tmp_path: Path, attribute: str, values: tuple[Any, Any], dimension: str
) -> None:
    for number, value in enumerate(values):
        tags = {**ONE, attribute: value}
        write(tmp_path, f"{number}", modality="MR", extra_tags=tags, seed=number)
    rows = stacked(tmp_path)
    assert [row["irregular"] for row in rows] == ["", ""]
    assert [row["n_slices"] for row in rows] == [6, 6]
    assert {row["dimension"] for row in rows} == {dimension}
    assert all({path[0] for path in row["member_path"]} == {row["member_path"][0][0]} for row in rows)
    assert len({row["volume"] for row in rows}) == 2
    if dimension in ("time", "phase", "acquisition"):
        numbers = [float(row["dimension_value"]) for row in rows]
        assert numbers == sorted(numbers)


def test_two_attributes_together_explain_four_slices_at_one_place(tmp_path: Path) -> None:
    for n in range(4):
        tags = {"EchoTime": f"{1 + n % 2}", "ImageType": f"ORIGINAL\\PRIMARY\\{'MP'[n // 2]}"}
        write(tmp_path, f"{n}", modality="MR", extra_tags={**ONE, **tags}, seed=n)
    rows = stacked(tmp_path)
    assert len(rows) == 4
    assert all(row["split_by"] == "echo_time_ms+image_type" and not row["irregular"] for row in rows)


def test_rounds_of_a_dynamic_series_are_told_apart_by_their_times(tmp_path: Path) -> None:
    for n in range(3):
        write(
            tmp_path,
            f"{n}",
            modality="MR",
            seed=n,
            extra_tags=lambda k, n=n: {**ONE, "AcquisitionTime": f"1000{10 * n + k:02d}"},
        )
    rows = stacked(tmp_path)
    assert [row["dimension"] for row in rows] == ["time"] * 3
    assert [row["member_path"][0][0] for row in rows] == ["0", "1", "2"]


def test_acquisitions_of_different_extent_are_told_apart(tmp_path: Path) -> None:
    for n, shape in enumerate([(7, 5, 6), (7, 5, 9)]):
        tags = {**ONE, "AcquisitionNumber": str(n)}
        write(tmp_path, f"{n}", scan(shape), extra_tags=tags, seed=n)
    assert [(row["n_slices"], row["irregular"]) for row in stacked(tmp_path)] == [(6, ""), (9, "")]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"drop": (2,)}, "missing-slices"),
        ({"place": lambda k: k + 0.3 * (k >= 4)}, "uneven-spacing"),
        ({"place": lambda k: k + 0.004 * (k == 3)}, ""),
        ({"place": lambda k: k + 0.05 * (k == 3)}, ""),
        ({"place": lambda k: k + 0.051 * (k > 3)}, "uneven-spacing"),
        ({"place": lambda k: k + 1.19 * (k > 3)}, "missing-slices"),
        ({"place": lambda k: k + 1.21 * (k > 3)}, "uneven-spacing"),
        ({"place": lambda k: k + 0.3 * (k > 4), "drop": (1,)}, "missing-slices"),
        ({"place": lambda k: k + 0.1 * (k == 3)}, "uneven-spacing"),
    ],
)
def test_regularity_is_graded(tmp_path: Path, options: dict[str, Any], word: str) -> None:
    write(tmp_path, "a", **options)
    assert one(tmp_path)["irregular"] == word


def test_a_slow_drift_is_uneven_though_no_gap_is_far_off(tmp_path: Path) -> None:
    write(tmp_path, "a", scan((7, 5, 40)), place=lambda k: k + 0.04 * max(0, k - 20))
    assert one(tmp_path)["irregular"] == "uneven-spacing"


def test_a_tilt_keeps_its_sheared_affine(tmp_path: Path) -> None:
    write(tmp_path, "a", scan(tilt_deg=18.5))
    row = one(tmp_path)
    assert row["tilt_deg"] == pytest.approx(18.5, abs=1e-3)
    assert row["irregular"] == ""
    np.testing.assert_allclose(
        np.array(row["affine"]).reshape(4, 4), scan(tilt_deg=18.5).grid.affine, atol=1e-6
    )


def test_copies_of_instances_are_spares_and_no_slices(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b")
    row = one(tmp_path)
    assert row["n_slices"] == 6
    assert row["spare_of"] == [0, 1, 2, 3, 4, 5]
    assert {path[0] for path in row["member_path"]} == {"a"}
    assert {path[0] for path in row["spare_path"]} == {"b"}


def test_slices_at_one_place_without_a_reason_are_irregular(tmp_path: Path) -> None:
    write(tmp_path, "a", extra_tags=ONE)
    write(tmp_path, "a", scan((7, 5, 3)), seed=1, extra_tags=ONE, file_names=lambda n: f"again{n}")
    assert one(tmp_path)["irregular"] == "duplicate-positions"


def test_kernels_of_one_series_never_interleave(tmp_path: Path) -> None:
    for n, kernel in enumerate(["B30f", "B60f"]):
        write(
            tmp_path,
            f"{n}",
            kernel=kernel,
            manufacturer="SIEMENS",
            place=lambda k, n=n: k + n / 2,
            extra_tags=ONE,
            seed=n,
        )
    rows = stacked(tmp_path)
    assert [(row["kernel"], row["kernel_class"], row["n_slices"]) for row in rows] == [
        ("B30f", "medium", 6),
        ("B60f", "sharp", 6),
    ]
    assert all(row["split_by"] == "kernel" for row in rows)


def test_scans_in_two_folders_are_no_series_for_having_lost_its_uid(tmp_path: Path) -> None:
    gone = {"SeriesInstanceUID": None, "StudyInstanceUID": None}
    write(tmp_path, "a", extra_tags=gone)
    write(tmp_path, "b", scan((5, 7, 6)), seed=1, patient="OTHER", extra_tags=gone)
    assert [
        (row["n_slices"], row["siblings"], row["split_by"], row["mixed"]) for row in stacked(tmp_path)
    ] == [
        (6, [], "", []),
        (6, [], "", []),
    ]


def test_the_files_of_one_folder_are_a_series_without_its_uid(tmp_path: Path) -> None:
    gone = {"SeriesInstanceUID": None, "StudyInstanceUID": None}
    write(tmp_path, "a", extra_tags=gone)
    write(tmp_path, "a", scan((5, 7, 6)), seed=1, extra_tags=gone, file_names=lambda n: f"again{n}")
    assert [row["siblings"] for row in stacked(tmp_path)] == [["volume"], ["volume"]]


def test_a_scout_among_the_slices_is_set_apart(tmp_path: Path) -> None:
    write(tmp_path, "a", extra_tags=ONE)
    turned = Grid(
        (7, 5, 1), LPS_TO_RAS @ np.array([[0, 0, 2, 0], [0.8, 0, 0, 0], [0, -0.7, 0, 0], [0, 0, 0, 1.0]])
    )
    scout = Volume(array=scan((7, 5, 1)).array, grid=turned)
    write(tmp_path, "b", scout, seed=1, extra_tags=ONE)
    rows = stacked(tmp_path)
    assert sorted(row["role"] for row in rows) == ["localizer", "volume"]
    (volume,) = (row for row in rows if row["role"] == "volume")
    assert volume["irregular"] == ""
    assert volume["siblings"] == ["localizer"]


def test_a_last_slice_that_is_turned_a_little_is_a_stray_and_no_scout(tmp_path: Path) -> None:
    turned = [f"{x:.8f}" for x in (1, 0, 0, 0, np.cos(0.2), np.sin(0.2))]
    write(tmp_path, "a", extra_tags=lambda k: {"ImageOrientationPatient": turned} if k == 5 else {})
    rows = {row["n_slices"]: row for row in stacked(tmp_path)}
    assert (rows[5]["role"], rows[5]["irregular"]) == ("volume", "")
    assert (rows[1]["role"], rows[1]["irregular"]) == ("volume", "mixed-orientation")


def test_a_slice_on_another_one_is_a_spare_that_keeps_its_name(tmp_path: Path) -> None:
    write(tmp_path, "a", extra_tags=ONE)
    write(
        tmp_path,
        "a",
        seed=1,
        extra_tags=ONE,
        drop=(0, 1, 3, 4, 5),
        file_names=lambda n: f"again{n}",
    )
    row = one(tmp_path)
    assert (row["irregular"], row["n_slices"], row["spare_of"]) == ("duplicate-positions", 6, [2])
    assert row["spare_uid"] != [row["member_uid"][2]]
    np.testing.assert_allclose(np.array(row["affine"]).reshape(4, 4), scan().grid.affine, atol=1e-9)


def test_what_is_lacking_is_named(tmp_path: Path) -> None:
    for name, tags, lacks in [
        ("a", {"ImagePositionPatient": None}, ["ImagePositionPatient"]),
        ("b", {"PixelSpacing": "0\\1"}, ["PixelSpacing"]),
        ("c", {"ImageOrientationPatient": None}, ["ImageOrientationPatient"]),
        ("d", {}, []),
    ]:
        write(tmp_path / name, "x", extra_tags=tags)
        assert one(tmp_path / name)["lacks"] == lacks


@pytest.mark.parametrize(
    ("tags", "step", "source"),
    [
        ({"SpacingBetweenSlices": "4.5", "SliceThickness": "3"}, 4.5, "SpacingBetweenSlices"),
        ({"SliceThickness": "3"}, 3.0, "SliceThickness"),
        ({"SliceThickness": None}, 1.0, "assumed"),
    ],
)
def test_a_single_slice_says_where_its_step_comes_from(
    tmp_path: Path, tags: dict[str, str | None], step: float, source: str
) -> None:
    write(tmp_path, "a", scan((7, 5, 1)), extra_tags=tags)
    row = one(tmp_path)
    assert row["spacing_k_mm"] == pytest.approx(step)
    assert row["step_source"] == source


def test_missing_geometry_is_irregular_on_ct_and_a_pixel_grid_on_a_capture(tmp_path: Path) -> None:
    nowhere = {"ImagePositionPatient": None}
    write(tmp_path / "ct", "a", extra_tags=nowhere)
    write(tmp_path / "sc", "a", modality="OT", extra_tags={**nowhere, "PixelSpacing": None})
    assert one(tmp_path / "ct")["irregular"] == "no-geometry"
    for row in stacked(tmp_path / "sc"):
        assert (row["irregular"], row["physical"], row["spacing_i_mm"]) == ("", False, 1.0)


def test_the_id_is_that_of_the_instances_whatever_their_files_are_called(tmp_path: Path) -> None:
    write(tmp_path / "x", "a", order="position")
    write(tmp_path / "y", "b/c", order="reverse", file_names=lambda n: f"{n}")
    assert one(tmp_path / "x")["volume"] == one(tmp_path / "y")["volume"]
    assert len(one(tmp_path / "x")["volume"]) == 12


def test_an_empty_index_gives_an_empty_table() -> None:
    from scan2train.tables import FRAMES, INSTANCES, VOLUMES

    found = stack(INSTANCES.frame(), FRAMES.frame())
    assert found.schema == pl.Schema(VOLUMES.schema)
    assert found.is_empty()


def test_files_in_any_order_make_the_same_volumes(tmp_path: Path) -> None:
    write(tmp_path, "a")
    other = {"SeriesInstanceUID": "1.2.9"}
    write(tmp_path, "b", extra_tags=lambda k: {**other, "SOPInstanceUID": f"1.2.9.{k + 1}"})
    write(tmp_path, "picture", scan((7, 5, 1)), modality="DX")
    instances, frames = tables(tmp_path)
    shuffled = instances[np.random.default_rng(3).permutation(instances.height)]
    kept = ["volume", "role", "irregular", "n_slices", "affine", "member_path", "split_by"]
    assert stack(instances, frames).height == 3
    assert (
        stack(shuffled, frames)
        .select(kept)
        .sort("volume")
        .equals(stack(instances, frames).select(kept).sort("volume"), null_equal=True)
    )
