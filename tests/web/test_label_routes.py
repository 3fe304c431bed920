"""Labels over HTTP: opened, painted, undone, saved; and what is refused says what to do."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest
from starlette.testclient import TestClient

from scan2train.viewing.start import start
from scan2train.web.app import make_app
from scans_to_view import planted

PORT = 4321
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
    session = start(scan.path, choices=tmp_path / "kept" / "choices.csv", cache=False)
    (tmp_path / "kept").mkdir()
    client = TestClient(make_app(session, token="t", port=PORT), base_url=f"http://127.0.0.1:{PORT}")
    client.get("/?token=t")
    client.image = session.open
    return client


def opened(client, **more):
    answer = client.post("/api/labels", json={"image": client.image, "from": None} | more)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def slice_of(client, at, where):
    answer = client.get(f"/api/labels/{at}/slices/{where}")
    shape = [int(n) for n in answer.headers["X-Shape"].split(",")]
    return np.frombuffer(answer.content, answer.headers["X-Dtype"]).reshape(shape)


def test_what_is_painted_is_seen_counted_undone_and_saved(client, scan, tmp_path):
    at = opened(client)["id"]
    edits = f"/api/labels/{at}/edits"
    first = client.post(edits, json=BRUSH | {"stroke": "s"}).json()
    second = client.post(edits, json=BRUSH | {"stroke": "s", "points": [[15.5, 12], [20, 20]]}).json()
    assert (first["undo"], second["undo"], second["redo"], second["saved"]) == (1, 1, 0, False)
    seen = slice_of(client, at, "voxel/axial/8")
    state = client.get(f"/api/labels/{at}").json()
    (label,) = state["labels"]
    assert (
        label["voxels"] == first["changed"]["voxels"] + second["changed"]["voxels"] == (seen == 1).sum() > 0
    )
    assert slice_of(client, at, f"patient/coronal/20?on={client.image}").dtype == np.uint8
    undone = client.post(f"/api/labels/{at}/undo", json={}).json()
    assert undone["changed"]["voxels"] == label["voxels"]
    assert not slice_of(client, at, "voxel/axial/8").any()
    assert client.post(f"/api/labels/{at}/redo", json={}).json()["undo"] == 1
    saved = client.post(f"/api/labels/{at}/save", json={"path": None, "format": "nifti"}).json()["path"]
    assert saved == str(tmp_path / "kept" / "planted_labels.nii.gz")
    assert np.array_equal(nib.load(saved).affine, nib.load(scan.path).affine)
    assert (np.asarray(nib.load(saved).dataobj) == 1).sum() == label["voxels"]
    assert client.get(f"/api/labels/{at}").json()["saved"]


def test_the_whole_made_small_lies_as_the_image_made_small_does(client):
    at = opened(client)["id"]
    for name in ("second", "third"):
        client.post(f"/api/labels/{at}/edits", json={"op": "add", "name": name})
    client.post(f"/api/labels/{at}/edits", json=BRUSH | {"value": 3, "radius_mm": 9, "three_d": True})
    image = client.get(f"/api/images/{client.image}/reduced?largest=20")
    answer = client.get(f"/api/labels/{at}/reduced?largest=20")
    assert answer.headers["X-Shape"] == image.headers["X-Shape"] == "13,16,11"
    assert json.loads(answer.headers["X-Values"]) == [1, 2, 3]
    found = np.argwhere(np.frombuffer(answer.content, np.uint8).reshape(11, 16, 13) == 3)[:, ::-1]
    affine = np.array(json.loads(image.headers["X-Affine"]))
    middle = found.mean(axis=0) @ affine[:3, :3].T + affine[:3, 3]
    told = client.get(f"/api/labels/{at}").json()["labels"][2]["box_mm"]
    assert np.abs(middle - np.mean(told, axis=0)).max() < 4
    assert client.get(f"/api/labels/{at}/reduced?largest=9").status_code == 400


def test_opened_again_it_is_as_it_was_left(client):
    first = opened(client)
    client.post(f"/api/labels/{first['id']}/edits", json=BRUSH)
    again = opened(client)
    assert again["id"] == first["id"]
    assert (again["undo"], again["saved"]) == (1, False)


def test_boxes_are_exported(client):
    at = opened(client)["id"]
    client.post(
        f"/api/labels/{at}/edits",
        json={"op": "box", "plane": "axial", "n": 8, "value": 1, "points": [[3, 4], [9, 12]]},
    )
    told = client.get(f"/api/labels/{at}/boxes").json()
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
    answer = client.post(f"/api/labels/{at}/{path}", json=body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert client.get(f"/api/labels/{at}").json()["undo"] == 0


def test_labels_that_are_not_there_are_told(client):
    assert client.get("/api/labels/nothing").status_code == 400
    assert client.post("/api/labels", json={"image": client.image, "from": "none"}).status_code == 400
    at = opened(client)["id"]
    assert client.get(f"/api/labels/{at}/slices/voxel/front/3").status_code == 400
    assert client.get(f"/api/labels/{at}/slices/voxel/axial/99").status_code == 400
    assert (
        client.post(
            f"/api/labels/{at}/edits", content=b"{", headers={"content-type": "application/json"}
        ).status_code
        == 400
    )


def test_a_mask_on_another_grid_is_brought_over_when_that_is_asked_for(scan, tmp_path):
    mask = tmp_path / "mask.nii.gz"
    affine = np.array(scan.grid.affine)
    affine[:3, 3] += (1.4, -0.7, 1.9)
    array = np.zeros(scan.grid.shape, np.uint8)
    array[10:20, 10:20, 5:10] = 2
    nib.save(nib.Nifti1Image(array, affine), mask)
    session = start(scan.path, labels=mask, choices=tmp_path / "choices.csv", cache=False)
    client = TestClient(make_app(session, token="t", port=PORT), base_url=f"http://127.0.0.1:{PORT}")
    client.get("/?token=t")
    asked = {"image": session.open, "from": session.labels}
    answer = client.post("/api/labels", json=asked)
    assert answer.status_code == 422
    assert "another grid" in answer.json()["error"]
    brought = client.post("/api/labels", json=asked | {"onto_grid": True}).json()
    assert "another grid" in brought["told"]
    assert brought["labels"][0]["voxels"] > 300
