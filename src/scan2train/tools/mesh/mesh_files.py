"""Surfaces as STL, PLY and GLB.

STL and PLY know neither units nor directions. 3D Slicer takes them for LPS (x to the patient's left, y to the back)
unless a comment says otherwise, and reads ``SPACE=…`` there: so it is written, in millimetres. glTF is in metres with Y
up, and looks along +Z: the patient stands and faces the viewer, x to the left, y to the head, z to the front.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scan2train._version import __version__
from scan2train.errors import UnknownName, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.tools.mesh.surface import Faces, FloatArray, Surface

SPACES = ("LPS", "RAS")
#: Left-multiplied, take RAS+ to the axes of a file; none of them is a mirror.
_AXES = {"RAS": np.eye(3), "LPS": np.diag([-1.0, -1.0, 1.0])}
_GLTF = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]) / 1000


def write_mesh(surface: Surface, path: Path, space: str = "LPS") -> None:
    """Write by the suffix; whole or not at all.

    Parameters
    ----------
    surface
        In RAS+ mm.
    path
        ``.stl`` (binary), ``.ply`` (binary, little endian) or ``.glb``.
    space
        ``"LPS"`` or ``"RAS"``, for STL and PLY.

    Raises
    ------
    UnknownName
        If the suffix is none of these.
    WrongUse
        If space is neither, or there is no triangle.
    """
    make = require_mesh_suffix(path)
    if space not in SPACES:
        raise WrongUse("a space of a mesh", expected="LPS or RAS", found=repr(space))
    if not len(surface.faces):
        raise WrongUse("there is no triangle to write", where=path)
    data = make(surface.points, surface.faces, space)
    with replacing(path) as file:
        file.write(data)


def require_mesh_suffix(path: Path) -> Callable[[FloatArray, Faces, str], bytes]:
    """What writes files of that suffix."""
    known = {".stl": _stl, ".ply": _ply, ".glb": _glb}
    if path.suffix.lower() not in known:
        raise UnknownName(
            f"cannot write a mesh as {path.suffix or 'a file without suffix'}",
            where=path,
            expected=" ".join(known),
        )
    return known[path.suffix.lower()]


def _stl(points: FloatArray, faces: Faces, space: str) -> bytes:
    corners = (points @ _AXES[space].T).astype("<f4")[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).astype("<f4")
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    rows = np.zeros(len(faces), kind)
    rows["normal"], rows["corners"] = normals / np.where(length > 0, length, 1), corners
    head = f"scan2train {__version__} UNIT=mm SPACE={space}".encode().ljust(80)[:80]
    return b"".join((head, struct.pack("<I", len(faces)), rows.tobytes()))


def _ply(points: FloatArray, faces: Faces, space: str) -> bytes:
    head = (
        "ply\nformat binary_little_endian 1.0\n"
        f"comment scan2train {__version__}\ncomment UNIT=mm\ncomment SPACE={space}\n"
        f"element vertex {len(points)}\nproperty float x\nproperty float y\nproperty float z\n"
        f"element face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    rows = np.zeros(len(faces), np.dtype([("n", "u1"), ("corners", "<i4", 3)]))
    rows["n"], rows["corners"] = 3, faces
    return b"".join((head.encode("ascii"), (points @ _AXES[space].T).astype("<f4").tobytes(), rows.tobytes()))


def _glb(points: FloatArray, faces: Faces, space: str) -> bytes:  # noqa: ARG001 - glTF has but one
    metres = points @ _GLTF.T
    # Small numbers about the middle, which the node puts back: single precision would round them by micrometres.
    middle = metres.mean(axis=0)
    places = (metres - middle).astype("<f4")
    normals = _normals(places.astype(np.float64), faces).astype("<f4")
    indices = faces.astype("<u4")
    parts = (indices.tobytes(), places.tobytes(), normals.tobytes())
    starts = np.concatenate([[0], np.cumsum([len(one) for one in parts])]).tolist()
    views = [
        {"buffer": 0, "byteOffset": starts[n], "byteLength": len(one), "target": 34963 if n == 0 else 34962}
        for n, one in enumerate(parts)
    ]
    look = {"baseColorFactor": [0.9, 0.86, 0.78, 1], "metallicFactor": 0, "roughnessFactor": 0.7}
    told = {
        "asset": {"version": "2.0", "generator": f"scan2train {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "translation": middle.tolist()}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 1, "NORMAL": 2}, "indices": 0, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": look}],
        "accessors": [
            {"bufferView": 0, "componentType": 5125, "count": indices.size, "type": "SCALAR"},
            {
                "bufferView": 1,
                "componentType": 5126,
                "count": len(places),
                "type": "VEC3",
                "min": places.min(axis=0).tolist(),
                "max": places.max(axis=0).tolist(),
            },
            {"bufferView": 2, "componentType": 5126, "count": len(normals), "type": "VEC3"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": starts[-1]}],
    }  # fmt: skip
    text = json.dumps(told, separators=(",", ":")).encode()
    text = text.ljust(-(-len(text) // 4) * 4)
    data = b"".join(parts)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _normals(points: FloatArray, faces: Faces) -> FloatArray:
    """At each point the mean of its triangles' normals, by their area."""
    a, b, c = (points[faces[:, n]] for n in range(3))
    own = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(faces.ravel(), np.repeat(own[:, n], 3), minlength=len(points)) for n in range(3)], axis=1
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 0, total / np.where(length > 0, length, 1), (0.0, 0.0, 1.0))
