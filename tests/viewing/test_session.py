"""A sitting: what is listed, what belongs together, what is found and where, and what stays in memory."""

from __future__ import annotations

import json
import threading
import time
from io import BytesIO
from weakref import ref

import nibabel as nib
import numpy as np
import pytest
from PIL import Image as Picture

from scan2train import index, prepare
from scan2train.errors import Scan2TrainError, UnreadableFile, WrongUse
from scan2train.finding import Finding, Where
from scan2train.testing.small import small_series
from scan2train.testing.small_films import small_mammogram
from scan2train.viewing.describe import describe_findings, describe_image, describe_set, findings_of
from scan2train.viewing.finding_places import place_of
from scan2train.viewing.findings import Findings
from scan2train.viewing.histogram import histogram_of
from scan2train.viewing.image import Image
from scan2train.viewing.kept import Kept
from scan2train.viewing.reduced import reduced
from scan2train.viewing.start import start
from scan2train.volume import Volume
from scans_to_view import (
    HOSTILE,
    browsed,
    chest_with_labels,
    in_time,
    oblique_grid,
    palette,
    pet_and_ct,
    planted,
)


def until(ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    folder = browsed(tmp_path_factory.mktemp("set"))
    return start(folder, cache=False, choices=tmp_path_factory.mktemp("kept") / "c.csv")


def test_a_folder_is_listed_in_natural_order_with_what_headers_say(session):
    told = describe_set(session)
    assert [one["name"] for one in told["images"]] == [
        f"{HOSTILE}.nii.gz",
        *(f"series{n}" for n in range(1, 5)),
        "woman/mammogram.dcm",
    ]
    assert (told["kind"], told["open"], told["second"], told["labels"]) == ("folder", None, None, None)
    first = told["images"][1]
    assert (first["modality"], first["shape"], first["spacing_mm"]) == ("CT", (13, 11, 8), (1.3, 1.7, 2.5))
    patients = [one["patient"] for one in told["images"][1:5]]
    assert patients[0] == patients[1] != patients[2] == patients[3]
    assert "A" not in patients


def test_a_saved_index_and_a_file_are_the_same_images(session, tmp_path):
    saved = index(session.opened.place, cache=False).save(tmp_path / "index")
    again = start(saved)
    assert list(again.entries) == list(session.entries)
    assert again.opened.title == session.opened.title
    assert session.opened.place.absolute() in again.opened.sources  # never written, whatever was named
    file = next(session.opened.place.glob("*.nii.gz"))
    alone = start(file)
    assert (alone.opened.kind, alone.open) == ("file", next(iter(session.entries)))


def test_a_series_in_its_own_folder_is_called_after_it(tmp_path, monkeypatch):
    for at, name in enumerate(("ct", "pet"), start=1):
        small_series(below=name, patient="A", series_number=at, seed=at)(tmp_path)
    session = start(tmp_path / "ct", second=tmp_path / "pet", cache=False)
    assert [one.name for one in session.entries.values()] == ["ct", "pet"]
    monkeypatch.chdir(tmp_path / "ct")
    assert [one.name for one in start(".", cache=False).entries.values()] == ["ct"]


def test_a_picture_with_a_palette_has_a_thumbnail_in_its_colours(tmp_path):
    session = start(palette(tmp_path), cache=False)
    assert describe_set(session)["images"][0]["spacing_mm"] is None  # its pixels have no physical size
    drawn = np.asarray(Picture.open(BytesIO(session.thumbnail(session.open))))
    row = drawn[drawn.shape[0] // 2]
    assert row[5].tolist() == [200, 40, 0]
    assert row[-5].tolist() == [0, 90, 255]


def test_files_of_one_content_are_images_of_their_own(tmp_path):
    place = planted(tmp_path).path
    place.with_name("copy.nii.gz").write_bytes(place.read_bytes())
    session = start(tmp_path, cache=False)
    assert [one.name for one in session.entries.values()] == ["copy.nii.gz", "planted.nii.gz"]
    assert [one.id for one in session.entries.values()] == list(session.entries)
    assert len({one.decides for one in session.entries.values()}) == 1


def test_a_series_with_a_missing_slice_is_shown_and_its_finding_lies_at_the_gap(session):
    entry = next(one for one in session.entries.values() if one.name == "series3")
    image = session.image(entry.id).result(60)
    assert image.volume.grid.shape == (13, 11, 8)
    assert not image.volume.valid[:, :, 3].any()
    session.findings.hurry()
    until(lambda: session.findings.checked and session.findings.looked_at(entry))
    assert session.findings.failed == ""
    (gap,) = [one for one in findings_of(image, session) if one["code"] == "GEO004"]
    assert gap["severity"] == "error"
    assert gap["index"] == (6, 5, 2)  # after slice 2
    every = describe_findings(session)
    assert every["checked"]
    assert [one["index"] for one in every["findings"] if one["code"] == "GEO004"] == [(6, 5, 2)]
    assert {one["image"] for one in every["findings"]} <= {None, *session.entries}
    counts = next(one for one in describe_set(session)["images"] if one["id"] == entry.id)
    assert counts["findings"]["error"] >= 1
    assert counts["checked"]


def test_images_that_wait_to_be_judged_are_not_held_in_memory(session, monkeypatch):
    monkeypatch.setattr("scan2train.viewing.findings._QUIET_S", 0.5)
    findings, entries = Findings(session.opened), list(session.entries.values())
    seen, threads = [], threading.active_count()
    for entry in entries:
        image = Image(id=entry.id, name=entry.name, volume=entry.read())
        findings.picture_asked_for()
        findings.read(entry, image)
        seen.append(ref(image))
    assert threading.active_count() <= threads + 1
    assert [one() for one in seen] == [None] * (len(entries) - 1) + [image]
    until(lambda: findings.looked_at(entries[-1]))
    assert not any(findings.looked_at(one) for one in entries[:-1])
    again = Image(id=entries[0].id, name=entries[0].name, volume=entries[0].read())
    findings.read(entries[0], again)
    until(lambda: findings.looked_at(entries[0]))
    known = findings.of(entries[0])
    findings.read(entries[0], again)
    assert (findings.failed, findings.of(entries[0])) == ("", known)


def test_a_finding_about_one_file_lies_in_its_slice(tmp_path):
    small_series(order="shuffled")(tmp_path)
    session = start(tmp_path, cache=False)
    entry = session.entries[session.open]
    row, grid = entry.row(), entry.read().grid
    about = {"code": "X", "name": "x", "severity": "error", "scope": "file", "message": "m"}

    def place(**more):
        return place_of(Finding(**about, **more), row, grid)

    for k, path in enumerate(row["member_path"]):
        assert place(where=Where(path=path)) == (6, 5, k)
    assert place(where=Where(path=row["path"])) is None
    assert place(seen="5.2 mm after slice 3 (at 12 mm)") == (6, 5, 3)
    assert place(seen="99 slices, slice 99") is None
    assert place(seen="4 slices at even distances") is None
    assert place_of(Finding(**about), None, grid) is None


def test_masks_belong_to_their_images_and_are_read_on_their_grids(tmp_path):
    session = start(chest_with_labels(tmp_path), cache=False)
    assert [one.name for one in session.entries.values()] == [
        "imagesTr/case_1.nii.gz",
        "imagesTr/case_2.nii.gz",
    ]
    for entry in session.entries.values():
        (labels,) = entry.labels
        volume = entry.read()
        read = session.label_source(entry.id, labels.id).read(volume)
        assert read.grid.distance_in_voxels(volume.grid) < 1e-3
        assert read.array.max() == 1
    with pytest.raises(WrongUse):
        session.label_source(entry.id, "another")


def test_labels_and_a_second_image_that_are_given(tmp_path):
    folder = pet_and_ct(tmp_path / "one")
    masks = chest_with_labels(tmp_path / "two")
    mask = masks / "labelsTr" / "case_1.nii.gz"
    session = start(folder / "ct.nii.gz", second=folder / "pet.nii.gz", labels=mask)
    assert session.second in session.entries
    assert session.second != session.open
    session.image(session.second).result(60)
    assert describe_findings(session)["failed"] == ""
    source = session.label_source(session.open, session.labels)
    with pytest.raises(Scan2TrainError, match="another grid"):
        source.read(session.entry(session.open).read())
    with pytest.raises(UnreadableFile):
        start(folder / "ct.nii.gz", labels=tmp_path / "none.nii")


def test_decisions_are_written_into_nothing_that_is_looked_at(tmp_path):
    folder = pet_and_ct(tmp_path / "one")
    (tmp_path / "pet").mkdir()
    (folder / "pet.nii.gz").rename(tmp_path / "pet" / "pet.nii.gz")
    masks = chest_with_labels(tmp_path / "two")
    for place in (folder, tmp_path / "pet", masks):
        choices = place / "c.csv"
        session = start(folder, second=tmp_path / "pet", labels=masks, choices=choices, cache=False)
        with pytest.raises(WrongUse, match="into a source"):
            session.decisions.decide("aa", "accept", "", "a")
        assert not choices.exists()
    files = {file.name for file in session.image_files()}
    assert files == {"ct.nii.gz", "pet.nii.gz"}


def test_points_of_time_are_one_image(tmp_path):
    session = start(in_time(tmp_path), cache=False)
    (entry,) = session.entries.values()
    assert (entry.times, len(set(entry.volumes))) == (4, 4)
    image = session.image(entry.id).result(60)
    told = describe_image(image, session)
    assert (told["times"], told["dimension"], told["channels"]) == (4, "time", 1)
    assert image.values(2)[5, 0, 0] == 205
    assert histogram_of(image, 1).counts[-1] == 0
    assert sum(histogram_of(image, 3).counts) == 19 * 16 * 9
    assert session.thumbnail(entry.id).startswith(b"\x89PNG")


def test_cases_of_a_prepared_set(tmp_path):
    source = chest_with_labels(tmp_path / "scans")
    recipe = tmp_path / "r.toml"
    recipe.write_text('name = "r"\n[[step]]\ndo = "reorient"\nto = "RAS"\n')
    prepare(source, recipe, tmp_path / "out", jobs=1)
    session = start(tmp_path / "out")
    assert session.opened.kind == "prepared"
    assert len(session.entries) == 2
    volumes = set(index(source, cache=False).volumes["volume"])
    for entry in session.entries.values():
        assert entry.decides in volumes
        image = session.image(entry.id).result(60)
        assert image.volume.grid.orientation == "RAS"
        assert entry.labels[0].read(image.volume).array.max() == 1
    session.findings.hurry()
    until(lambda: session.findings.checked)
    assert session.findings.failed == ""


def test_a_small_volume_lies_where_the_large_one_lies():
    grid = oblique_grid((40, 37, 22))
    array = np.zeros(grid.shape, np.float32)
    array[24:28, 12:16, 14:16] = 100.0
    small = reduced(Image(id="a", name="a", volume=Volume(array=array, grid=grid)), largest=20)
    k, j, i = small.values.shape
    assert (i, j, k) == (20, 18, 11)
    bright = np.argwhere(small.values.T == 255)
    centre = bright.mean(axis=0) @ small.affine[:3, :3].T + small.affine[:3, 3]
    np.testing.assert_allclose(centre, grid.to_world((25.5, 13.5, 14.5)), atol=1e-6)
    assert (small.low, small.high) == (0.0, 100.0)


def test_a_histogram_counts_every_real_value_once():
    rng = np.random.default_rng(3)
    array = rng.integers(-500, 700, (13, 11, 8)).astype(np.int16)
    valid = rng.random(array.shape) > 0.2
    found = histogram_of(
        Image(id="a", name="a", volume=Volume(array=array, grid=oblique_grid(array.shape), valid=valid))
    )
    real = array[valid]
    assert (found.low, found.high) == (real.min(), real.max())
    expected, _ = np.histogram(real.astype(float), 256, (found.low, found.high))
    assert sum(found.counts) == valid.sum()
    assert np.abs(np.cumsum(found.counts) - np.cumsum(expected)).max() <= 2  # values on an edge


def test_images_are_read_once_and_the_longest_unseen_is_given_up():
    read, hold = [], threading.Event()

    def image(asked):
        hold.wait(10)
        read.append(asked)
        if asked == "broken":
            raise UnreadableFile("is broken")
        array = np.zeros((10, 10, 10), np.int16)
        return Image(id=asked, name=asked, volume=Volume(array=array, grid=oblique_grid((10, 10, 10))))

    kept = Kept(image, most_bytes=4500)
    assert kept.state("a") is None
    both = [kept.open("a"), kept.open("a")]
    until(lambda: kept.state("a") == "reading")
    hold.set()
    assert both[0].result(10) is both[1].result(10)
    assert (read, kept.state("a")) == (["a"], "ready")
    kept.open("b").result(10)
    kept.open("a").result(10)  # seen again: b is the longest unseen
    kept.open("c").result(10)
    until(lambda: kept.ready("b") is None)
    assert kept.ready("a") is not None
    assert kept.ready("c") is not None
    for _ in range(2):
        with pytest.raises(UnreadableFile):
            kept.open("broken").result(10)
    assert read.count("broken") == 2
    assert kept.state("broken") == "failed"


def test_frames_are_counted_while_a_series_is_read(tmp_path):
    small_series(shape=(13, 11, 9))(tmp_path)
    session = start(tmp_path, cache=False)
    (id_,) = session.entries
    assert session.kept.frames(id_) == 0
    session.image(id_).result(30)
    assert session.kept.frames(id_) == 9


def test_thumbnails_of_a_series_read_one_slice(tmp_path, monkeypatch):
    small_series(shape=(13, 11, 9))(tmp_path)
    session = start(tmp_path, cache=False)
    sizes = []
    from scan2train.viewing import thumbnails

    whole = thumbnails.read
    monkeypatch.setattr(thumbnails, "read", lambda row: sizes.append(row["n_slices"]) or whole(row))
    drawn = session.thumbnail(session.open)
    assert drawn.startswith(b"\x89PNG")
    assert session.thumbnail(session.open) is drawn
    assert sizes == [1]


def test_a_picture_has_its_first_row_on_top(tmp_path):
    from io import BytesIO

    from PIL import Image as Picture

    grey = np.zeros((30, 50), np.uint8)
    grey[:6, :10] = 255
    Picture.fromarray(grey).save(tmp_path / "film.png")
    session = start(tmp_path / "film.png")
    image = session.image(session.open).result(60)
    told = describe_image(image, session)
    assert not told["physical"]
    drawn = np.asarray(Picture.open(BytesIO(session.thumbnail(session.open))))
    assert drawn.shape == (96, 160)
    assert drawn[5, 8] == 255
    assert drawn[-5, 8] == drawn[5, -8] == drawn[-5, -8] == 0


@pytest.mark.parametrize(
    ("told", "sides"),
    [
        ("A\\FR", ("A", "P", "IR", "SL")),
        ("P\\H", ("P", "A", "S", "I")),
        ("", ("",) * 4),
        ("X\\F", ("", "", "I", "S")),
    ],
)
def test_a_mammogram_has_the_letters_that_its_header_tells(tmp_path, told, sides):
    small_mammogram("L", "MLO", tags={"PatientOrientation": told or None})(tmp_path)
    session = start(tmp_path, cache=False)
    told = describe_image(session.image(session.open).result(60), session)
    assert told["picture"] == dict(zip(("right", "left", "bottom", "top"), sides, strict=True))


def test_nothing_of_the_set_is_written(tmp_path):
    place = planted(tmp_path).path
    before = place.read_bytes()
    session = start(place)
    session.image(session.open).result(60)
    session.thumbnail(session.open)
    assert nib.load(place).shape == (41, 33, 22)
    assert (list(tmp_path.iterdir()), place.read_bytes()) == ([place], before)


@pytest.mark.parametrize("ends", [(-1.7e308, 1.7e308), (1e308, 1e308), (np.nan, np.inf), (-np.inf, np.nan)])
def test_values_beyond_all_measure_are_told_in_numbers(tmp_path, ends):
    array = np.full((6, 5, 4), ends[0])
    array[3:] = ends[1]
    nib.save(nib.Nifti1Image(array, np.diag([1.1, 1.2, 1.3, 1.0])), tmp_path / "odd.nii")
    session = start(tmp_path / "odd.nii")
    image = session.image(session.open).result(60)
    told = json.loads(json.dumps(describe_image(image, session), allow_nan=False))
    assert all(one["width"] > 0 for one in told["windows"])
    assert len(histogram_of(image).counts) == 256
    assert reduced(image).values.shape == (4, 5, 6)
    assert session.thumbnail(session.open).startswith(b"\x89PNG")
