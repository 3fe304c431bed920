"""Surfaces: in the right place, outward, closed, not shrunk, and as near to what they came from as is said."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from functools import cache
from itertools import product

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import scan2train as s2t
import scan2train.kernels.decimate as decimating
from scan2train.cli.app import app
from scan2train.errors import GeometryError, UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.kernels.decimate import decimate
from scan2train.tools.mesh.distance import hausdorff_mm
from scan2train.tools.mesh.fewer import fewer
from scan2train.tools.mesh.page import render
from scan2train.tools.mesh.surface import Surface, closedness
from scan2train.volume import Labels, Volume

SPACING = (0.9, 1.2, 2.0)
SHAPE = (44, 36, 24)
RADII = np.array([15.0, 17.0, 19.0])
VOLUME = 4 / 3 * np.pi * RADII.prod()


def ellipsoid(flips=(1, 1, 1), turned=False):
    """How far out places lie, 1 on an ellipsoid about (5, -7, 11) RAS+ mm, on a grid that is flipped and turned."""
    turn = np.eye(3)
    if turned:
        turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    affine = np.eye(4)
    affine[:3, :3] = turn * np.multiply(SPACING, flips)
    affine[:3, 3] = (5, -7, 11) - affine[:3, :3] @ ((np.array(SHAPE) - 1) / 2 + (0.3, -0.2, 0.1))
    grid = Grid(SHAPE, affine)
    every = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    seen = (grid.to_world(every) - (5, -7, 11)) @ turn
    return np.linalg.norm(seen / RADII, axis=-1), grid


@cache
def made(**asked):
    far, grid = ellipsoid()
    return s2t.mesh(Labels(array=(far < 1).astype(np.uint8), grid=grid), **asked)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("flips", list(product((1, -1), repeat=3)))
def test_a_surface_lies_in_the_world_and_looks_outward(flips, turned):
    far, grid = ellipsoid(flips, turned)
    image = Volume(array=(1000 * (1 - far)).astype(np.float32), grid=grid)
    found = s2t.mesh(image, level=0.0, smooth_rounds=0, error_mm=0)
    assert found.closed.watertight
    assert found.surface.volume_mm3 == pytest.approx(VOLUME, rel=0.01)
    assert found.surface.points.mean(axis=0) == pytest.approx((5, -7, 11), abs=0.2)
    assert np.abs(found.surface.points - (5, -7, 11)).max() < 19.3


def test_smoothing_takes_the_stairs_and_keeps_the_volume():
    rough, fine = made(smooth_rounds=0, error_mm=0), made(error_mm=0)
    assert fine.surface.volume_mm3 == pytest.approx(rough.surface.volume_mm3, rel=0.005)
    assert fine.surface.area_mm2 < 0.97 * rough.surface.area_mm2
    far = np.linalg.norm((fine.surface.points - (5, -7, 11)) / RADII, axis=1)
    stairs = np.linalg.norm((rough.surface.points - (5, -7, 11)) / RADII, axis=1)
    assert far.std() < 0.6 * stairs.std()
    assert 0 < fine.smoothed_mm <= 1.0  # half the largest spacing
    assert fine.volume_before_ml == pytest.approx(rough.surface.volume_mm3 / 1000)


def test_smoothing_leaves_what_is_a_voxel_large():
    far, grid = ellipsoid()
    array = (far < 1).astype(np.uint8)
    alone = made(error_mm=0)
    array[1, 1, 1] = 1
    found = s2t.mesh(Labels(array=array, grid=grid), error_mm=0)
    assert found.closed.pieces == 2
    # The midpoints to its six neighbours hold a sixth of the voxel.
    more = found.surface.volume_mm3 - alone.surface.volume_mm3
    assert more == pytest.approx(np.prod(SPACING) / 6, rel=1e-6)


@pytest.mark.parametrize("error", [0.05, 0.2, 0.6])
def test_fewer_triangles_stay_within_the_error(error):
    whole = made(error_mm=0).surface
    found, told = fewer(whole, error)
    assert 0 < told <= error
    assert told == hausdorff_mm(found, whole, 2 * error)
    assert len(found.faces) < {0.05: 0.95, 0.2: 0.6, 0.6: 0.3}[error] * len(whole.faces)
    assert closedness(found).watertight
    assert found.volume_mm3 == pytest.approx(whole.volume_mm3, rel=0.01)
    assert hausdorff_mm(whole, whole, 1) < 1e-9


def test_what_was_tried_again_is_measured_as_what_came_out_at_once(monkeypatch):
    """Specks and spikes are drawn too far at first; only what another try changed is measured again."""
    noisy = np.random.default_rng(5).random((26, 24, 22)) < 0.12
    whole = s2t.mesh(
        Labels(array=noisy.astype(np.uint8), grid=Grid(noisy.shape, np.diag([0.9, -1.2, 2.0, 1]))), error_mm=0
    ).surface
    tries = []
    monkeypatch.setattr(decimating, "decimate", lambda *given: (tries.append(1), decimate(*given)))
    found, told = fewer(whole, 0.4)
    assert len(tries) > 1
    assert 0 < told <= 0.4
    assert told == hausdorff_mm(found, whole, 0.8)
    assert len(found.faces) < 0.8 * len(whole.faces)
    assert closedness(found).watertight


def test_bounds_save_work_and_change_nothing():
    rough, fine = made(smooth_rounds=0, error_mm=0).surface, made(error_mm=0)
    assert fine.smoothed_mm == hausdorff_mm(fine.surface, rough, 1.001)


@pytest.mark.parametrize(("slices", "thick"), [(1, 8.0), (9, 8.0)])
def test_what_the_surface_cuts_off_its_voxels_is_said(slices, thick):
    """A plate one slice thick, and a block of nine."""
    array = np.zeros((40, 34, 15), np.uint8)
    array[5:35, 4:30, 3 : 3 + slices] = 1
    grid = Grid(array.shape, np.diag([-0.8, 0.9, thick, 1.0]))
    found = s2t.mesh(Labels(array=array, grid=grid))
    assert found.to_json()["volume_of_voxels_ml"] == pytest.approx(
        30 * 26 * slices * 0.8 * 0.9 * thick / 1000, rel=1e-12
    )
    off = 100 * (found.surface.volume_mm3 / 1000 / found.voxels_ml - 1)
    (line,) = (one for one in found.lines() if "voxels" in one)
    assert f"the surface {off:+.1f} %" in line
    assert ("much of it is thin" in line) == (slices == 1)


def test_the_distance_is_that_of_surfaces_and_not_of_their_corners():
    square = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], dtype=float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    flat, raised = (
        Surface(points=square, faces=faces),
        Surface(points=np.add(square, (0, 0, 0.75)), faces=faces),
    )
    assert hausdorff_mm(flat, raised, 2) == pytest.approx(0.75, rel=1e-12)
    assert hausdorff_mm(flat, raised, 0.5) == np.inf
    dented = Surface(
        points=np.vstack([square, [[5, 5, -1.5]]]),
        faces=np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]]),
    )
    assert hausdorff_mm(flat, dented, 3) == pytest.approx(1.5, rel=0.05)


def test_parts_that_touch_along_an_edge_are_closed_and_told():
    away = np.linalg.norm(np.indices((40, 38, 36)).T - (19.5, 18.5, 17.5), axis=-1).T
    noisy = (14 - away) + np.random.default_rng(0).normal(0, 1.5, away.shape) > 0
    labels = Labels(array=noisy.astype(np.uint8), grid=Grid(noisy.shape, np.diag([0.9, -1.2, 2.0, 1])))
    for asked in ({"smooth_rounds": 0, "error_mm": 0}, {}):
        found = s2t.mesh(labels, **asked)
        assert (found.closed.watertight, found.closed.open_edges) == (True, 0)
        assert found.closed.crowded_edges > 0
        assert f"at {found.closed.crowded_edges} edges parts of it touch" in list(found.lines())[-1]


@pytest.mark.parametrize(
    ("faces", "open_edges", "crowded"),
    [
        ([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)], 0, 0),
        ([(0, 2, 1), (0, 1, 3), (1, 2, 3)], 3, 0),
        ([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 2, 3)], 3, 0),  # one is turned over
        ([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2), (0, 1, 3)], 3, 3),  # one is there twice
    ],
)
def test_an_edge_closes_where_its_triangles_turn_both_ways(faces, open_edges, crowded):
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    found = closedness(Surface(points=points, faces=np.array(faces)))
    assert (found.open_edges, found.crowded_edges) == (open_edges, crowded)
    assert found.watertight is (open_edges == 0)


def test_a_thin_sheet_keeps_its_shape():
    array = np.zeros(SHAPE, np.uint8)
    array[4:40, 4:30, 10] = 1
    array[10:20, 8:20, 10] = 0
    labels = Labels(array=array, grid=ellipsoid((1, -1, 1), turned=True)[1])
    whole, light = s2t.mesh(labels, error_mm=0), s2t.mesh(labels, error_mm=0.5)
    assert light.closed.watertight
    assert light.error_mm <= 0.5
    assert len(light.surface.faces) < len(whole.surface.faces)


def test_what_reaches_the_border_is_closed_there():
    labels = Labels(array=np.ones((5, 6, 7), np.uint8), grid=Grid((5, 6, 7), np.diag([-0.9, 1.2, 2.0, 1])))
    found = s2t.mesh(labels, smooth_rounds=0, error_mm=0)
    assert found.closed.watertight
    assert found.surface.volume_mm3 == pytest.approx(5 * 6 * 7 * 0.9 * 1.2 * 2, rel=0.1)
    low, high = found.to_json()["box_ras_mm"]
    assert np.subtract(high, low) == pytest.approx((5 * 0.9, 6 * 1.2, 7 * 2.0))


def test_gaps_are_closed_and_holes_filled_on_request():
    far, grid = ellipsoid((-1, 1, 1))
    bone = np.where((far < 1) & (far > 0.75), 500, -50).astype(np.int16)
    bone[20:22, :, 12] = -50  # a crack through both walls, 1.8 mm wide
    image = Volume(array=bone, grid=grid, unit="HU")
    cracked = s2t.mesh(image, level=300, smooth_rounds=0, error_mm=0)
    closed = s2t.mesh(image, level=300, close_mm=1.3, smooth_rounds=0, error_mm=0)
    full = s2t.mesh(image, level=300, close_mm=1.3, fill_holes=True, smooth_rounds=0, error_mm=0)
    assert (cracked.closed.pieces, closed.closed.pieces, full.closed.pieces) == (1, 2, 1)
    assert closed.surface.volume_mm3 > cracked.surface.volume_mm3
    assert full.surface.volume_mm3 == pytest.approx(VOLUME, rel=0.05)


def test_one_label_and_all_of_them():
    array = np.zeros(SHAPE, np.int16)
    array[3:9, 4:12, 5:9], array[20:30, 4:12, 5:9] = 2, 7
    labels = Labels(array=array, grid=ellipsoid()[1])
    one, every = s2t.mesh(labels, label=7, error_mm=0), s2t.mesh(labels, error_mm=0)
    assert (one.closed.pieces, every.closed.pieces) == (1, 2)
    with pytest.raises(WrongUse, match=r"found labels 2, 7"):
        s2t.mesh(labels, label=3)
    with pytest.raises(WrongUse, match="have no level"):
        s2t.mesh(labels, level=1)


def test_padding_is_outside_and_what_cannot_be_is_refused(tmp_path):
    far, grid = ellipsoid()
    values = (1000 * (1 - far)).astype(np.float32)
    valid = np.ones(SHAPE, bool)
    valid[22:] = False
    values[22:] = np.nan
    half = s2t.mesh(Volume(array=values, grid=grid, valid=valid), level=0, error_mm=0, smooth_rounds=0)
    assert half.closed.watertight
    assert half.surface.volume_mm3 == pytest.approx(VOLUME / 2, rel=0.1)
    image = Volume(array=far, grid=grid)
    with pytest.raises(WrongUse, match="needs a level"):
        s2t.mesh(image)
    with pytest.raises(WrongUse, match="nothing lies within"):
        s2t.mesh(image, level=99)
    with pytest.raises(WrongUse, match="no number at all"):
        s2t.mesh(Volume(array=np.full(SHAPE, np.nan, np.float32), grid=grid), level=99)
    with pytest.raises(GeometryError, match="millimetres"):
        s2t.mesh(Volume(array=far, grid=Grid(SHAPE, np.eye(4), physical=False)), level=0.5)
    with pytest.raises(UnknownName):
        s2t.mesh(image, tmp_path / "a.obj", level=0.5)


def test_a_file_of_an_image_needs_a_level(tmp_path):
    far, grid = ellipsoid((-1, 1, 1), turned=True)
    many = np.arange(far.size, dtype=np.int16).reshape(far.shape) % 600
    for name, values in (("ct", np.where(far < 1, 400, -1000)), ("mr", many), ("float", 1 - far)):
        kind = np.float32 if name == "float" else np.int16
        s2t.write(Volume(array=values.astype(kind), grid=grid), tmp_path / f"{name}.nii.gz")
        with pytest.raises(WrongUse, match="an image needs a level"):
            s2t.mesh(tmp_path / f"{name}.nii.gz", tmp_path / "x.stl")
    assert not (tmp_path / "x.stl").exists()
    words = ["mesh", tmp_path / "ct.nii.gz", "-o", tmp_path / "x.stl"]
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")
    assert (done.exit_code, "--level 300" in done.stderr) == (2, True)
    with pytest.raises(WrongUse, match="whole numbers"):  # who names a label means a mask
        s2t.mesh(tmp_path / "float.nii.gz", label=1)
    named = s2t.mesh(tmp_path / "ct.nii.gz", label=400, error_mm=0, smooth_rounds=0)
    assert named.surface.volume_mm3 == pytest.approx(VOLUME, rel=0.02)


def test_what_is_infinite_counts_as_the_brightest_and_the_darkest_there_is():
    far, grid = ellipsoid()
    values = (1000 * (1 - far)).astype(np.float32)
    low, high = values.min(), np.float32(200)
    endless = np.where(values > high, np.float32(np.inf), values)
    endless[far > 1.3], endless[0, 0, 0] = -np.inf, low
    clipped = np.where(values > high, values[values <= high].max(), values)
    clipped[far > 1.3] = low
    given = [Volume(array=one, grid=grid) for one in (endless, clipped)]
    for level in (0.0, 100.0):
        one, other = (s2t.mesh(image, level=level, error_mm=0, smooth_rounds=0).surface for image in given)
        assert one.points == pytest.approx(other.points, abs=1e-6)


def read_stl(path):
    data = path.read_bytes()
    (n,) = struct.unpack("<I", data[80:84])
    kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    assert len(data) == 84 + n * kind.itemsize
    return data[:80], np.frombuffer(data, kind, offset=84)


@pytest.mark.parametrize(("space", "signs"), [("LPS", (-1, -1, 1)), ("RAS", (1, 1, 1))])
def test_stl_and_ply_say_their_axes(tmp_path, space, signs):
    found = made(error_mm=0.6, out=tmp_path / "a.stl", space=space)
    head, rows = read_stl(tmp_path / "a.stl")
    assert f"UNIT=mm SPACE={space}".encode() in head
    assert not head.startswith(b"solid")
    expected = (found.surface.points * signs)[found.surface.faces]
    assert rows["corners"] == pytest.approx(expected, abs=1e-4)
    outward = np.einsum("ti,ti->t", rows["normal"], expected.mean(axis=1) - np.multiply((5, -7, 11), signs))
    assert (outward > 0).mean() > 0.99
    made(error_mm=0.6, out=tmp_path / "a.ply", space=space)
    head, _, body = (tmp_path / "a.ply").read_bytes().partition(b"end_header\n")
    assert f"comment SPACE={space}".encode() in head
    n, m = (int(re.search(rf"element {word} (\d+)".encode(), head)[1]) for word in ("vertex", "face"))
    assert np.frombuffer(body, "<f4", 3 * n).reshape(n, 3) == pytest.approx(
        found.surface.points * signs, abs=1e-4
    )
    faces = np.frombuffer(body, np.dtype([("n", "u1"), ("corners", "<i4", 3)]), m, 12 * n)
    assert (faces["n"] == 3).all()
    assert np.array_equal(faces["corners"], found.surface.faces)


def test_glb_stands_upright_in_metres(tmp_path):
    found = made(error_mm=0.6, out=tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    magic, version, length = struct.unpack("<4sII", data[:12])
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack("<I4s", data[12:20])
    told, body = json.loads(data[20 : 20 + size]), data[28 + size :]
    assert (kind, data[24 + size : 28 + size], size % 4) == (b"JSON", b"BIN\0", 0)
    index, place, normal = (
        np.frombuffer(body, "<u4" if n == 0 else "<f4", view["byteLength"] // 4, view["byteOffset"])
        for n, view in enumerate(told["bufferViews"])
    )
    assert np.array_equal(index.reshape(-1, 3), found.surface.faces)
    points = place.reshape(-1, 3) + told["nodes"][0]["translation"]
    x, y, z = found.surface.points.T / 1000
    assert points == pytest.approx(np.stack([-x, z, y], axis=1), abs=1e-6)
    assert told["accessors"][1]["min"] == pytest.approx(place.reshape(-1, 3).min(axis=0))
    # The counterclockwise side of each triangle is where its normals point.
    a, b, c = (points[found.surface.faces[:, n]] for n in range(3))
    seen = np.einsum("ti,ti->t", np.cross(b - a, c - a), normal.reshape(-1, 3)[found.surface.faces[:, 0]])
    assert (seen > 0).mean() > 0.99


def test_a_page_asks_nothing_of_anyone_and_holds_the_surface():
    surface = made(error_mm=0.6).surface
    text = render(surface, "<script>alert(1)</script>\x1b", ['"><img src=x>'])
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for kind in ("script", "style"):
        (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"https?://|//cdn|\bimport\b|\bfetch\b|XMLHttp", text)
    points, faces, held = re.search(r'data-points="(\d+)" data-faces="(\d+)">([^<]*)<', text).groups()
    data = base64.b64decode(held)
    middle = (surface.points.min(axis=0) + surface.points.max(axis=0)) / 2
    assert np.frombuffer(data, "<f4", 3 * int(points)).reshape(-1, 3) == pytest.approx(
        surface.points - middle, abs=1e-4
    )
    assert np.array_equal(
        np.frombuffer(data, "<u4", offset=12 * int(points)).reshape(int(faces), 3), surface.faces
    )


def test_the_command_writes_all_of_it(tmp_path):
    far, grid = ellipsoid((-1, 1, 1))
    array = (far < 1).astype(np.uint8)
    array[1, 1, 12] = 1  # a speck towards the grid's first corner: the patient's right, back
    s2t.write(Labels(array=array, grid=grid), tmp_path / "m.nii.gz")
    asked = (
        "-o",
        tmp_path / "o" / "m.stl",
        "--picture",
        tmp_path / "o" / "m.png",
        "--page",
        tmp_path / "o" / "m.html",
    )
    words = ["mesh", tmp_path / "m.nii.gz", *asked, "--format", "json"]
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["watertight"], told["pieces"], told["space"]) == (True, 2, "mm, LPS")
    assert told["decimation_distance_mm"] <= told["decimation_allowed_mm"] == pytest.approx(0.225)
    picture = np.asarray(Image.open(tmp_path / "o" / "m.png")).astype(int)
    assert picture.shape == (480, 1440, 3)
    drawn = picture.sum(axis=2) > 200
    front, left, above = drawn[:, :480], drawn[:, 480:960], drawn[:, 960:]
    # Views are centred on all there is, so that the bulk lies away from the speck: it is on the left seen from the
    # front, on the right seen from the patient's left, on the right and below seen from above.
    middle = [np.argwhere(view).mean(axis=0) for view in (front, left, above)]
    assert middle[0][1] > 245
    assert middle[1][1] < 235
    assert middle[2][0] < 235
    assert middle[2][1] < 235
    assert "WebGL" in (tmp_path / "o" / "m.html").read_text()
    words = ["mesh", tmp_path / "m.nii.gz", "-o", tmp_path / "x.stl", "--page", tmp_path / "m.nii.gz"]
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")
    assert (done.exit_code, "never written" in done.stderr) == (2, True)
