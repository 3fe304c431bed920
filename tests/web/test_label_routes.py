"""Labels over HTTP: opened, painted, undone, saved; and what is refused says what to do."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest

from asking import come_in
from scans_to_view import planted, viewer_on

BRUSH = {
    "op": "brush",
    "plane": "axial",
    "n": 8,
    "value": 1,
    "points": [[9, 9], [15.5, 12]],
    "radius_mm": 3.0,
}


@pytest.fixture
def scan(tmp_path):
    return planted(tmp_path)


@pytest.fixture
def client(scan, tmp_path):
    (tmp_path / "kept").mkdir()
    with viewer_on(scan.path, choices=tmp_path / "kept" / "choices.csv") as viewer:
        yield come_in(viewer)


def opened(client, **more):
    answer = client("/api/labels", "POST", {"image": client.viewer.session.open, "from": None} | more)
    assert answer.status == 200, answer.json()
    return answer.json()


def slice_of(client, at, where):
    return client(f"/api/labels/{at}/slices/{where}").values()


def test_what_is_painted_is_seen_counted_undone_and_saved(client, scan, tmp_path):
    at = opened(client)["id"]
    edits = f"/api/labels/{at}/edits"
    first = client(edits, "POST", BRUSH | {"stroke": "s"}).json()
    second = client(edits, "POST", BRUSH | {"stroke": "s", "points": [[15.5, 12], [20, 20]]}).json()
    assert (first["undo"], second["undo"], second["redo"], second["saved"]) == (1, 1, 0, False)
    seen = slice_of(client, at, "voxel/axial/8")
    state = client(f"/api/labels/{at}").json()
    (label,) = state["labels"]
    assert (
        label["voxels"] == first["changed"]["voxels"] + second["changed"]["voxels"] == (seen == 1).sum() > 0
    )
    assert slice_of(client, at, f"patient/coronal/20?on={client.viewer.session.open}").dtype == np.uint8
    undone = client(f"/api/labels/{at}/undo", "POST", {}).json()
    assert undone["changed"]["voxels"] == label["voxels"]
    assert not slice_of(client, at, "voxel/axial/8").any()
    assert client(f"/api/labels/{at}/redo", "POST", {}).json()["undo"] == 1
    saved = client(f"/api/labels/{at}/save", "POST", {"path": None, "format": "nifti"}).json()["path"]
    assert saved == str(tmp_path / "kept" / "planted_labels.nii.gz")
    assert np.array_equal(nib.load(saved).affine, nib.load(scan.path).affine)
    assert (np.asarray(nib.load(saved).dataobj) == 1).sum() == label["voxels"]
    assert client(f"/api/labels/{at}").json()["saved"]


def test_the_whole_made_small_lies_as_the_image_made_small_does(client):
    at = opened(client)["id"]
    for name in ("second", "third"):
        client(f"/api/labels/{at}/edits", "POST", {"op": "add", "name": name})
    client(f"/api/labels/{at}/edits", "POST", BRUSH | {"value": 3, "radius_mm": 9, "three_d": True})
    image = client(f"/api/images/{client.viewer.session.open}/reduced?largest=20")
    answer = client(f"/api/labels/{at}/reduced?largest=20")
    assert answer.headers["X-Shape"] == image.headers["X-Shape"] == "13,16,11"
    assert json.loads(answer.headers["X-Values"]) == [1, 2, 3]
    found = np.argwhere(np.frombuffer(answer.body, np.uint8).reshape(11, 16, 13) == 3)[:, ::-1]
    affine = np.array(json.loads(image.headers["X-Affine"]))
    middle = found.mean(axis=0) @ affine[:3, :3].T + affine[:3, 3]
    told = client(f"/api/labels/{at}").json()["labels"][2]["box_mm"]
    assert np.abs(middle - np.mean(told, axis=0)).max() < 4
    assert client(f"/api/labels/{at}/reduced?largest=9").status == 400


def test_opened_again_it_is_as_it_was_left(client):
    first = opened(client)
    client(f"/api/labels/{first['id']}/edits", "POST", BRUSH)
    again = opened(client)
    assert again["id"] == first["id"]
    assert (again["undo"], again["saved"]) == (1, False)


def test_boxes_are_exported(client):
    at = opened(client)["id"]
    client(
        f"/api/labels/{at}/edits",
        "POST",
        {"op": "box", "plane": "axial", "n": 8, "value": 1, "points": [[3, 4], [9, 12]]},
    )
    told = client(f"/api/labels/{at}/boxes").json()
    (box,) = told["boxes"]
    assert len(box["corners_mm"]) == 8
    assert [b - a + 1 for a, b in zip(*box["voxels"], strict=True)] == [7, 9, 1]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("edits", {"op": "saw"}, "no tool"),
        ("edits", BRUSH | {"n": 99}, "no such slice"),
        ("edits", [1], "object of JSON"),
        ("save", {"path": "../up.nii.gz"}, "one folder"),
        ("save", {"path": "a", "format": "seg"}, "DICOM"),
        ("save", {"path": 3}, "saved as a file"),
    ],
)
def test_what_cannot_be_done_is_told(client, path, body, says):
    at = opened(client)["id"]
    answer = client(f"/api/labels/{at}/{path}", "POST", body)
    assert answer.status == 400
    assert says in answer.json()["error"]
    assert client(f"/api/labels/{at}").json()["undo"] == 0


def test_neither_the_image_nor_the_second_one_is_replaced(scan, tmp_path):
    other = tmp_path / "second.nii.gz"
    nib.save(nib.Nifti1Image(np.full(scan.grid.shape, 7, np.int16), scan.grid.affine), other)
    with viewer_on(scan.path, second=other, choices=tmp_path / "choices.csv") as viewer:
        client = come_in(viewer)
        at = opened(client)["id"]
        for path in (scan.path, other):
            before = path.read_bytes()
            answer = client(f"/api/labels/{at}/save", "POST", {"path": path.name, "overwrite": True})
            assert answer.status == 400
            assert "source" in answer.json()["error"]
            assert path.read_bytes() == before


def test_labels_that_are_not_there_are_told(client):
    assert client("/api/labels/nothing").status == 400
    assert client("/api/labels", "POST", {"image": client.viewer.session.open, "from": "none"}).status == 400
    at = opened(client)["id"]
    assert client(f"/api/labels/{at}/slices/voxel/front/3").status == 400
    assert client(f"/api/labels/{at}/slices/voxel/axial/99").status == 400
    broken = client(f"/api/labels/{at}/edits", "POST", b"{", Content_Type="application/json")
    assert broken.status == 400


def test_a_mask_on_another_grid_is_brought_over_when_that_is_asked_for(scan, tmp_path):
    mask = tmp_path / "mask.nii.gz"
    affine = np.array(scan.grid.affine)
    affine[:3, 3] += (1.4, -0.7, 1.9)
    array = np.zeros(scan.grid.shape, np.uint8)
    array[10:20, 10:20, 5:10] = 2
    nib.save(nib.Nifti1Image(array, affine), mask)
    with viewer_on(scan.path, labels=mask, choices=tmp_path / "choices.csv") as viewer:
        client = come_in(viewer)
        asked = {"image": viewer.session.open, "from": viewer.session.labels}
        answer = client("/api/labels", "POST", asked)
        assert answer.status == 422
        assert "another grid" in answer.json()["error"]
        brought = client("/api/labels", "POST", asked | {"onto_grid": True}).json()
        assert "another grid" in brought["told"]
        assert brought["labels"][0]["voxels"] > 300
