"""Lungs and bodies of phantoms, against what was painted."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
from scan2train.errors import OutputInUse, WrongUse
from scan2train.labelling.sidecar import read_sidecar
from scan2train.testing.phantoms import chest_ct, chest_lungs
from scan2train.testing.phantoms.canvas import Canvas, Ellipsoid
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.tools.segment.result import Segmentation
from scan2train.tools.segment.run import Wanted, segment_each

SHAPE, SPACING = (118, 98, 84), (3.1, 3.3, 3.7)


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def painted(volume, body, value):
    canvas = Canvas(grid=volume.grid, values=volume.array.T.astype(np.float32))
    canvas.paint(body, value)
    return volume.replace(array=canvas.values.astype(np.int16).T)


def agree(found, truth, least):
    for label in (1, 2):
        assert dice(found.labels.array == label, truth.array == label) >= least


@pytest.fixture(scope="module")
def chest():
    return chest_ct(SHAPE, SPACING, lesion_centre_mm=None)[0]


@pytest.fixture(scope="module")
def truth(chest):
    return chest_lungs(chest.grid)


@pytest.fixture(scope="module")
def found(chest):
    return s2t.segment_lungs(chest)


def test_lungs_are_those_that_were_painted(found, truth):
    agree(found, truth, 0.97)
    assert found.doubts == ()
    assert dict(found.labels.names) == {1: "right lung", 2: "left lung"}


def test_the_trachea_is_no_lung(chest, found):
    airway = Canvas(grid=chest.grid, values=np.zeros(chest.array.T.shape, dtype=np.float32)).mask(
        Ellipsoid(centre=(0, -5, 90), radii=(11, 11, 50))
    )
    assert not (found.labels.array.T[airway] > 0).any()


def test_right_is_where_the_world_says(found):
    where = np.argwhere(found.labels.array == 1)
    assert found.labels.grid.to_world(where)[:, 0].mean() > 30


def test_measures_are_of_the_voxels_that_are_labelled(chest, found):
    voxel = np.prod(SPACING) / 1000
    for measure in found.measures:
        values = chest.array[found.labels.array == measure.label]
        assert measure.volume_ml == pytest.approx(values.size * voxel)
        assert measure.mean_hu == pytest.approx(values.mean())
        assert measure.share_below_950 == pytest.approx((values < -950).mean())


@pytest.mark.parametrize(("axes", "flips"), [((0, 1, 2), (0,)), ((0, 1, 2), (1, 2)), ((2, 0, 1), (1,))])
def test_how_voxels_are_stored_changes_nothing(chest, found, axes, flips):
    affine = chest.grid.affine.copy()
    array, want = np.transpose(chest.array, axes), np.transpose(found.labels.array, axes)
    affine[:3, :3] = affine[:3, list(axes)]
    for axis in flips:
        affine[:3, 3] += affine[:3, axis] * (array.shape[axis] - 1)
        affine[:3, axis] *= -1
        array, want = np.flip(array, axis), np.flip(want, axis)
    turned = s2t.Volume(array=array, grid=s2t.Grid(array.shape, affine), unit="HU")
    assert np.array_equal(s2t.segment_lungs(turned).labels.array, want)


def test_lungs_that_touch_are_parted(chest):
    bridge = Ellipsoid(centre=(0, 62, 50), radii=(44, 9, 40))
    found = s2t.segment_lungs(painted(chest, bridge, -850))
    agree(found, chest_lungs(chest.grid), 0.95)
    assert not [one for one in found.doubts if one.reason == "not-parted"]
    for label, side in ((1, 1), (2, -1)):
        x = found.labels.grid.to_world(np.argwhere(found.labels.array == label))[:, 0] * side
        assert (x < -15).mean() < 0.002


def test_a_nodule_at_the_pleura_is_kept(chest):
    nodule = Ellipsoid(centre=(123, 4, 10), radii=(7, 7, 7))
    with_nodule = painted(chest, nodule, 40)
    inside = Canvas(grid=chest.grid, values=np.zeros(SHAPE[::-1], dtype=np.float32)).mask(nodule)
    inside &= chest_lungs(chest.grid).array.T > 0
    kept = s2t.segment_lungs(with_nodule).labels.array.T[inside] == 1
    left = s2t.segment_lungs(with_nodule, s2t.LungOptions(closing_mm=0)).labels.array.T[inside] == 1
    assert kept.mean() > 0.75
    assert left.mean() < 0.4


def test_fluid_is_not_found_and_said(chest):
    low = (20.0, float("-inf"), float("-inf"))
    high = (float("inf"), -8.0, float("inf"))
    fluid = Ellipsoid(centre=(72, 4, 0), radii=(57, 80, 132), power=2.4, low=low, high=high)
    found = s2t.segment_lungs(painted(chest, fluid, 10))
    assert "opacified-lung" in {one.reason for one in found.doubts}
    assert any("right" in one.message for one in found.doubts)


def test_one_lung_is_said(chest):
    gone = painted(chest, Ellipsoid(centre=(-72, 4, 4), radii=(54, 80, 128), power=2.4), 10)
    found = s2t.segment_lungs(gone)
    assert found.doubts[0].reason == "one-lung"
    assert found.measures[1].volume_ml < 0.05 * found.measures[0].volume_ml


def test_a_wrong_orientation_is_said(chest):
    affine = chest.grid.affine.copy()
    affine[1] *= -1  # front and back change places, and the header knows nothing of it
    found = s2t.segment_lungs(chest.replace(grid=s2t.Grid(chest.grid.shape, affine)))
    assert "turned" in {one.reason for one in found.doubts}


def test_lung_that_the_picture_cuts_is_said(chest):
    half = chest.array[:, :, :40]
    found = s2t.segment_lungs(s2t.Volume(array=half, grid=s2t.Grid(half.shape, chest.grid.affine), unit="HU"))
    assert "cut-lung" in {one.reason for one in found.doubts}


def test_an_oblique_grid_and_a_patient_without_table():
    turn = np.deg2rad(10)
    direction = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    spacing = (2.9, 3.2, 4.1)
    middle = direction @ ((np.array(SHAPE) - 1) / 2 * spacing)
    grid = s2t.Grid.from_axes(SHAPE, spacing_mm=spacing, direction=direction, origin_mm=-middle)
    volume = chest_ct(grid=grid, table=False, lesion_centre_mm=None)[0]
    agree(s2t.segment_lungs(volume), chest_lungs(grid), 0.96)


def test_body_has_no_table(chest):
    found = s2t.segment_body(chest)
    alone = chest_ct(SHAPE, SPACING, lesion_centre_mm=None, table=False)[0]
    # Without table and air between, the patient is what lies within his skin.
    skin = Canvas(grid=chest.grid, values=np.zeros(SHAPE[::-1], dtype=np.float32)).mask(
        Ellipsoid(centre=(0, 0, 0), radii=(168, 118, 430), power=2.4)
    )
    assert dice(found.labels.array.T > 0, skin) > 0.99
    assert dice(s2t.segment_body(alone).labels.array.T > 0, skin) > 0.99


@pytest.mark.parametrize("find", [s2t.segment_lungs, s2t.segment_body])
def test_what_is_no_ct_is_refused(chest, find):
    with pytest.raises(s2t.WrongUse, match="only CT"):
        find(chest.replace(unit="SUVbw"))
    with pytest.raises(s2t.WrongUse, match="a CT is segmented"):
        find(chest_lungs(chest.grid))
    with pytest.raises(s2t.Scan2TrainError, match="thousand too high"):
        find(chest.replace(array=chest.array + np.int16(1000)))


def test_a_scan_without_lungs_is_refused(chest):
    full = painted(chest, Ellipsoid(centre=(0, 0, 0), radii=(150, 105, 500)), 40)
    with pytest.raises(s2t.Scan2TrainError, match="no lung was found"):
        s2t.segment_lungs(full)


def test_the_command_writes_labels_masked_and_cropped(chest, found, tmp_path):
    s2t.write(chest, tmp_path / "a.nii.gz")
    out = tmp_path / "out"
    options = [
        "-o",
        str(out / "l"),
        "--masked",
        str(out / "m"),
        "--cropped",
        str(out / "c"),
        "--format",
        "json",
    ]
    ran = CliRunner().invoke(app_of(["segment"]), ["segment", "lungs", str(tmp_path / "a.nii.gz"), *options])
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)["scans"][0]
    assert told["doubts"] == []
    assert [one["volume_ml"] for one in told["measures"]] == [
        round(one.volume_ml, 2) for one in found.measures
    ]
    labels = s2t.read(out / "l" / "a.nii.gz", as_labels=True)
    assert np.array_equal(labels.array, found.labels.array)
    named = read_sidecar(out / "l" / "a.nii.gz")
    assert [(one.value, one.name) for one in named] == [(1, "right lung"), (2, "left lung")]
    masked = s2t.read(out / "m" / "a.nii.gz").array
    assert (masked[labels.array == 0] == -1024).all()
    assert np.array_equal(masked[labels.array > 0], chest.array[labels.array > 0])
    part, of_part = s2t.read(out / "c" / "a.nii.gz"), s2t.read(out / "c" / "a-labels.nii.gz", as_labels=True)
    assert (of_part.array > 0).sum() == (labels.array > 0).sum()
    assert read_sidecar(out / "c" / "a-labels.nii.gz") == named
    first = np.rint(chest.grid.to_index(part.grid.origin)).astype(int)
    i, j, k = (slice(at, at + size) for at, size in zip(first, part.grid.shape, strict=True))
    assert np.array_equal(part.array, chest.array[i, j, k])


def _upper_half(volume):
    array = np.zeros(volume.grid.shape, np.uint8)
    array[:, :, volume.grid.shape[2] // 2 :] = 1
    return Segmentation(labels=s2t.Labels(array=array, grid=volume.grid, names={1: "half"}), measures=())


@pytest.mark.parametrize(
    ("scans", "labels", "cropped", "there"),
    [
        ("a", "o/a-labels.nii.gz", "o/a.nii.gz", None),
        ("a", "l", "o", "o/a-labels.nii.gz"),
        ("a", "l", "o", "o/a-labels.labels.json"),
        ("a", "l.npy", "o", "l.json"),
        ("a a-labels", "l", "o", None),
    ],
)
def test_cropped_labels_replace_nothing(scans, labels, cropped, there, tmp_path):
    for name in scans.split():
        (tmp_path / "in" / name / "ct").mkdir(parents=True)
        values = np.arange(60, dtype=np.int16).reshape(3, 4, 5) + len(name)
        grid = s2t.Grid((3, 4, 5), np.diag([1.0, 1.5, 2.0, 1.0]))
        s2t.write(
            s2t.Volume(array=values, grid=grid, unit="HU"), tmp_path / "in" / name / "ct" / f"{name}.nii.gz"
        )
    if there is not None:
        (tmp_path / there).parent.mkdir(exist_ok=True)
        (tmp_path / there).write_bytes(b"mine")
    wanted = Wanted(labels=tmp_path / labels, cropped=tmp_path / cropped)
    with pytest.raises(WrongUse if there is None else OutputInUse):
        segment_each([tmp_path / "in"], _upper_half, wanted, cache=False)
    left = [file for file in tmp_path.rglob("*") if file.is_file() and "ct" not in file.parts]
    assert [file.read_bytes() for file in left] == ([] if there is None else [b"mine"])


def test_the_command_leaves_with_1_where_it_doubts(chest, tmp_path):
    grid = centred_grid((118, 98, 40), SPACING)
    s2t.write(s2t.Volume(array=chest.array[:, :, :40], grid=grid, unit="HU"), tmp_path / "a.nrrd")
    ran = CliRunner().invoke(
        app_of(["segment"]),
        ["segment", "lungs", str(tmp_path / "a.nrrd"), "-o", str(tmp_path / "l.nrrd")],
    )
    assert ran.exit_code == 1
    assert "cut-lung" in ran.stderr
    assert dict(s2t.read(tmp_path / "l.nrrd", as_labels=True).names) == {1: "right lung", 2: "left lung"}
    again = CliRunner().invoke(
        app_of(["segment"]),
        ["segment", "body", str(tmp_path / "a.nrrd"), "-o", str(tmp_path / "l.nrrd")],
    )
    assert again.exit_code == 2  # what is there already stays


def test_what_is_no_number_is_in_no_measure(chest, found):
    array = chest.array.astype(np.float32)
    array[36:40, 50:53, 40:43] = np.nan
    gone = np.isnan(array)
    again = s2t.segment_lungs(chest.replace(array=array))
    assert not again.labels.array[gone].any()
    for measure, before in zip(again.measures, found.measures, strict=True):
        assert measure.mean_hu == pytest.approx(array[again.labels.array == measure.label].mean(), abs=0.01)
        assert measure.volume_ml == pytest.approx(before.volume_ml, rel=0.002)


def test_a_scan_that_fails_costs_itself_alone(chest, tmp_path):
    (tmp_path / "in").mkdir()
    s2t.write(chest, tmp_path / "in" / "a.nii.gz")
    s2t.write(chest.replace(array=chest.array * 0), tmp_path / "in" / "b.nii.gz")
    ran = CliRunner().invoke(
        app_of(["segment"]),
        ["segment", "body", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--no-cache"],
    )
    assert ran.exit_code == 1
    assert "b: " in ran.stderr
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["a.labels.json", "a.nii.gz"]


@pytest.mark.slow
def test_several_processes_give_the_same(chest, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        s2t.write(chest, tmp_path / "in" / f"{name}.nii.gz")
    one, two = (
        segment_each(
            [tmp_path / "in"], s2t.segment_body, Wanted(labels=tmp_path / str(jobs)), jobs=jobs, cache=False
        )
        for jobs in (1, 2)
    )
    assert [(scan.name, scan.measures, scan.doubts) for scan in one] == [
        (scan.name, scan.measures, scan.doubts) for scan in two
    ]
    for scan in two:
        assert np.array_equal(
            s2t.read(scan.files[0], as_labels=True).array,
            s2t.read(tmp_path / "1" / scan.files[0].name, as_labels=True).array,
        )
