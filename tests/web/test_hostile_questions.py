"""Whatever is asked is answered as JSON that says what is wrong; no file is reached by its path."""

from __future__ import annotations

import json

import pytest

from asking import come_in
from scans_to_view import HOSTILE, browsed, viewer_on

TRICKS = (
    "/../pyproject.toml",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/js/../../guard.py",
    "/js/..%5c..%5cguard.py",
    "//etc/passwd",
    "/%00",
    "/index.html%00.js",
    "/INDEX.HTML",
    "/js",
    "/js/",
    "/.hidden",
    "/__init__.py",
    "/api/images/../../etc/passwd",
    "/api/images/..%2f..%2fetc%2fpasswd",
    "/api/images/%2fetc%2fpasswd/header",
    "/api/images/{id}/../../set/../../../etc/passwd",
    "/api/images/{id}/slices/voxel/axial/../../../../etc/passwd",
    "/api/images/{id}/slices/voxel%2f..%2f../axial/0",
    "/api/images/{id}/slices/voxel/axial/1e3",
    "/api/images/{id}/slices/voxel/axial/-1",
    "/api/images/{id}/slices/voxel/axial/99999999999999999999",
    "/api/images/{id}/slices/voxel/axial/0?t=1",
    "/api/images/{id}/slices/voxel/axial/0?t=x",
    "/api/images/{id}/slices/voxel/axial/0?t=%D9%A3",
    "/api/images/{id}/slices/voxel/axial/0?slab=-3",
    "/api/images/{id}/slices/voxel/axial/0?slab=100000",
    "/api/images/{id}/slices/voxel/axial/0?slab=3&how=__class__",
    "/api/images/{id}/slices/voxel/axial/0?on=../../etc/passwd",
    "/api/images/{id}/slices/patient/oblique/0",
    "/api/images/{id}/valid/voxel/axial/1000",
    "/api/images/{id}/histogram?t=4",
    "/api/images/{id}/reduced?t=-1",
    "/api/images/{id}/reduced?largest=100000",
    "/api/images/{id}/reduced?largest=1",
    "/api/images/{id}/header?k=1000",
    "/api/images/<script>alert(1)</script>",
)


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    folder = browsed(tmp_path_factory.mktemp("set"))
    with viewer_on(folder, choices=tmp_path_factory.mktemp("kept") / "choices.csv") as started:
        yield started


@pytest.fixture(scope="module")
def asker(viewer):
    return come_in(viewer)


@pytest.fixture(scope="module")
def images(asker):
    return asker("/api/set").json()["images"]


@pytest.mark.parametrize("path", TRICKS)
def test_tricks_with_paths_and_numbers(asker, images, path):
    answer = asker(path.replace("{id}", images[0]["id"]))
    assert answer.status in (400, 404)
    told = answer.json()
    assert told["error"]
    assert answer.headers["Content-Type"] == "application/json"
    assert "Traceback" not in answer.body.decode()
    assert b"root:" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_what_is_read_is_only_read(asker, images, method):
    for path in ("/", "/api/set", f"/api/images/{images[0]['id']}", "/index.html"):
        answer = asker(path, method, b"{}", Content_Type="application/json")
        assert answer.status == 405
        assert answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[", b"[]", b"1", b"null", b'"accept"', b"\xff", b"[" * 100_000),
        *(b'{"decision": 1}', b'{"decision": "maybe"}', b'{"decision": ["accept"]}', b'{"remark": {}}'),
        json.dumps({"remark": "x" * 5000}).encode(),
    ],
)
def test_a_decision_that_is_none(viewer, asker, images, body):
    path = f"/api/decisions/{images[0]['id']}"
    answer = asker(path, "PUT", body, Content_Type="application/json")
    assert answer.status == 400
    assert answer.json()["error"]
    assert not viewer.session.choices.exists()


def test_too_much_at_once(asker, images):
    answer = asker(
        f"/api/decisions/{images[0]['id']}", "PUT", b" " * (5 << 20), Content_Type="application/json"
    )
    assert (answer.status, answer.json()["error"]) == (400, "too much was sent at once")


def test_hostile_names_come_as_json_and_nothing_else(asker, images):
    named = [one for one in images if HOSTILE in one["name"] + one["description"]]
    assert len(named) == 2
    for one in named:
        for path in ("", "/header", "/findings", "/progress"):
            answer = asker(f"/api/images/{one['id']}{path}")
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            answer.json()
    series = next(one for one in named if one["modality"])
    tags = asker(f"/api/images/{series['id']}/header").json()
    assert any(HOSTILE in tag["value"] for tag in tags)


def test_a_file_that_has_become_a_link_out_of_the_set_is_not_read(tmp_path):
    folder = browsed(tmp_path / "set")
    secret = tmp_path / "secret.dcm"
    with viewer_on(folder, choices=tmp_path / "c.csv") as viewer:
        asker = come_in(viewer)
        series = next(one for one in asker("/api/set").json()["images"] if one["name"] == "series1")
        row = viewer.session.entry(series["id"]).row()
        member = folder / row["member_path"][len(row["member_path"]) // 2]
        member.rename(secret)
        member.symlink_to(secret)
        answer = asker(f"/api/images/{series['id']}/header")
        assert (answer.status, answer.json()["error"]) == (400, "this file does not lie in its source")


def test_an_image_that_cannot_be_read_is_an_error_of_its_own(tmp_path):
    folder = browsed(tmp_path / "set")
    with viewer_on(folder, choices=tmp_path / "c.csv") as viewer:
        own = come_in(viewer)
        series = next(one for one in own("/api/set").json()["images"] if one["name"] == "series2")
        for file in (folder / "series2").iterdir():
            file.write_bytes(file.read_bytes()[:-40])
        answer = own(f"/api/images/{series['id']}")
        assert answer.status == 422
        assert answer.json()["advice"] or answer.json()["found"]
        assert own(f"/api/images/{series['id']}/progress").json()["state"] == "failed"
        assert own(f"/api/images/{series['id']}/thumbnail.png").status == 422
