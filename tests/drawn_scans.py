"""Strategies of scans at places: any geometry, any layout of bits, any way to put them into files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from scan2train.grid import Grid
from scan2train.testing.dicom_encapsulated import Encapsulation
from scans_at_places import GROUPS, POINTS, Scan

#: Compressed transfer syntaxes that give back every bit, and see nothing but the stored ones.
CODECS = ("jpeg-lossless", "jpeg-lossless-sv1", "jpeg-ls", "jpeg2000", "htj2k", "htj2k-rpcl", "jpeg-xl")
#: Those whose cells may have 32 bits, and are kept whole.
ANY_SIZE = ("explicit", "implicit", "big-endian", "deflated", "deflated-frames", "encapsulated", "rle")
IRREGULAR = ("split", "keep-largest-regular", "regrid", "refuse")
_ORDERS = ("shuffled", "position", "reverse")
_NAMES = (
    lambda at, rank: f"IM{at}{rank:04d}.dcm",
    lambda at, rank: f"{rank}.{at}",
    lambda at, rank: f"x{at}/{rank % 3}/S{rank}.ima",
)


@st.composite
def grids(draw: st.DrawFn, *, small: bool = False, tilted: bool = True, slices: int = 2) -> Grid:
    """Unequal sizes and spacings, any direction, tilted or not, of either handedness."""
    ranges = ((2, 3), (4, 5), (6, 7)) if small else ((2, 5), (6, 8), (9, 12))
    sizes = draw(st.permutations([draw(st.integers(*one)) for one in ranges]))
    if sizes[2] < slices:
        sizes[2], sizes[0] = sizes[0], sizes[2]
    if sizes[2] < slices:
        sizes[2], sizes[1] = sizes[1], sizes[2]
    spacing = draw(st.permutations([draw(st.floats(*one)) for one in ((0.4, 0.7), (0.8, 1.2), (1.5, 5.0))]))
    tilt = draw(st.sampled_from([0.0, 0.0, 7.5, -21.0])) if tilted else 0.0
    axes = turned(draw)
    step = axes[:, 2] + axes[:, 1] * np.tan(np.radians(tilt))
    steps = np.stack([axes[:, 0], axes[:, 1], step * draw(st.sampled_from([1, -1]))], axis=1)
    affine = np.eye(4)
    affine[:3, :3] = steps * spacing
    affine[:3, 3] = [draw(st.floats(-300, 300)) for _ in range(3)]
    return Grid((sizes[0], sizes[1], sizes[2]), affine)


def turned(draw: st.DrawFn) -> np.ndarray:
    """Axes in any direction, as the columns of a rotation."""
    turn = np.array([draw(st.floats(-1, 1)) for _ in range(4)])
    w, x, y, z = turn / np.linalg.norm(turn) if np.linalg.norm(turn) > 1e-3 else np.array([1.0, 0, 0, 0])
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


@st.composite
def rescales(draw: st.DrawFn, n: int) -> dict[str, Any]:
    """Slopes and intercept: whole, in halves, or any fraction; of all slices, or as PET does of each."""
    exact = draw(st.booleans())
    slope = draw(st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.25, 3.0]) if exact else st.floats(0.001, 3.0))
    slope = slope if exact else round(slope, 6)
    intercept = draw(
        st.sampled_from([0.0, -1024.0, -1000.0, 0.5, 17.0] if exact else [0.0, -1024.0, 0.1, 3.3])
    )
    each = slope != 3.0 and draw(st.integers(0, 2)) == 0
    scales = [draw(st.sampled_from([1, 2, 4])) if each else 1 for _ in range(n)]
    # Each a decimal string of 16 characters at most: halves and quarters of six digits are.
    return {
        "slopes": tuple(slope / scale for scale in scales),
        "intercept": intercept,
        "exact": exact,
    }


@st.composite
def cells(
    draw: st.DrawFn, numbers: int, scale: int, syntax: str, *, even: bool
) -> tuple[dict[str, Any], int]:
    """A pixel cell that holds so many numbers, scaled, and one more for padding; and the first of the numbers."""
    signed = draw(st.booleans())
    need = int(numbers * scale + 1).bit_length() + signed
    sizes = [8, 16, 32] if syntax in ANY_SIZE else [8, 16]
    allocated = draw(st.sampled_from([size for size in sizes if size >= need and (size > 8 or not even)]))
    stored = draw(st.integers(need, allocated))
    # Older encoders of HTJ2K write whole cells, in which a High Bit would have its place after all.
    high = stored - 1 if syntax.startswith("htj2k") else draw(st.integers(stored - 1, allocated - 1))
    first = -draw(st.integers(0, numbers)) if signed else 0
    layout = {
        "bits_allocated": allocated,
        "bits_stored": stored,
        "high_bit": high,
        "signed": signed,
        "spare_bits_junk": draw(st.booleans()),
    }
    return layout, first


@st.composite
def padding(draw: st.DrawFn, scan: Scan) -> Scan:
    """The same with padding: a stored value that no number has, declared alone or as the end of a range."""
    options = scan.options
    signed, scale = options["signed"], max(scan.slopes) / min(scan.slopes)
    most = (1 << (min(options["bits_stored"], 16) - signed)) - 1
    value = draw(st.sampled_from([most, -most - 1])) if signed else most
    among = [n * scale for n in (scan.first, scan.first + scan.total - 1)]
    if among[0] <= value <= among[1]:
        return scan
    extra = dict(options["extra_tags"])
    if signed and draw(st.booleans()):  # as some vendors do: its bits as an unsigned number
        extra[0x00280120] = ("US", value & 0xFFFF)
    elif value > among[1] + 1 and draw(st.booleans()):
        extra[0x00280121] = ("SS" if signed else "US", value - 1)
    valid = np.random.default_rng(draw(st.integers(0, 99))).random(scan.grid.shape) < 0.8
    return replace(scan, valid=valid, options={**options, "padding_value": value, "extra_tags": extra})


@st.composite
def encapsulations(draw: st.DrawFn, syntax: str) -> Encapsulation:
    """Fragments with a table or without; frames of no codec are told apart by nothing else, and are one fragment."""
    fragments = draw(st.sampled_from([1, 1, 2, 3])) if syntax in CODECS else 1
    return Encapsulation(
        fragments=fragments, basic=draw(st.booleans()), extended=fragments == 1 and draw(st.booleans())
    )


@st.composite
def missing(draw: st.DrawFn, scan: Scan) -> Scan:
    """The same without one slice or two, so that the usual gap stays what it is."""
    n = scan.grid.shape[2]
    lost = draw(st.sets(st.integers(1, n - 2), min_size=1, max_size=2))
    return replace(scan, drop=tuple(sorted(lost)), irregular=draw(st.sampled_from(IRREGULAR)))


@st.composite
def series(draw: st.DrawFn) -> Scan:
    """Single frames, each a file, in an order that means nothing; perhaps with others among them."""
    kind = draw(st.sampled_from(["plain", "plain", "points", "copies", "localizer", "missing"]))
    small = draw(st.integers(0, 3)) == 0
    slices = {"missing": 9, "localizer": 4}.get(kind, 2)
    scan = Scan(
        kind="series",
        grid=draw(grids(small=small and kind != "missing", slices=slices)),
        options={},
        points=draw(st.integers(2, 3)) if kind == "points" else 1,
        told_by=draw(st.sampled_from(sorted(POINTS))),
        stack=draw(st.booleans()),
    )
    if kind == "localizer":
        scan = replace(scan, localizer=draw(across(scan.grid)))
    scan = draw(laid_out(scan))
    if kind == "points":
        scan.options["modality"] = "MR"
    scan.options.update(
        numbers=draw(st.sampled_from(_ORDERS)),
        file_names=draw(st.sampled_from(_NAMES)),
        preamble=scan.options["transfer_syntax"] not in ("explicit", "implicit") or draw(st.booleans()),
    )
    if draw(st.booleans()):
        scan.options["extra_tags"]["PhotometricInterpretation"] = "MONOCHROME1"
    if kind == "copies":
        every = st.sets(st.integers(0, scan.grid.shape[2] - 1), min_size=1)
        scan = replace(
            scan,
            copies=tuple(draw(every)),
            own_uid=scan.options["transfer_syntax"] != "deflated" and draw(st.booleans()),
        )
    if kind == "missing":
        scan = draw(missing(scan))
    return draw(padding(scan)) if draw(st.booleans()) else scan


@st.composite
def objects(draw: st.DrawFn) -> Scan:
    """An enhanced object, its frames in an order that means nothing, in one file or several."""
    kind = draw(st.sampled_from(["plain", "points", "parts", "missing"]))
    small = kind != "missing" and draw(st.integers(0, 3)) == 0
    scan = Scan(
        kind="object",
        grid=draw(grids(small=small, slices=9 if kind == "missing" else 2)),
        options={},
        points=draw(st.integers(2, 3)) if kind == "points" else 1,
        told_by=draw(st.sampled_from(sorted(GROUPS))),
        stack=draw(st.booleans()),
    )
    scan = draw(laid_out(scan, plain=kind == "parts"))
    if kind == "points":
        scan.options["modality"] = "MR"
    scan.options["shared"] = draw(st.booleans())
    if kind == "parts":
        scan = replace(scan, parts=draw(shares(scan.grid.shape[2])))
    if kind == "missing":
        scan = draw(missing(scan))
    return draw(padding(scan)) if draw(st.booleans()) else scan


@st.composite
def mosaics(draw: st.DrawFn) -> Scan:
    """All slices of a point in one picture."""
    syntax = draw(st.sampled_from([*ANY_SIZE, *CODECS]))
    scan = Scan(
        kind="mosaic",
        grid=draw(grids(tilted=False)),
        options={},
        points=draw(st.integers(1, 3)),
        stack=draw(st.booleans()),
    )
    options = {
        "last_first": draw(st.booleans()),
        "layout": draw(st.sampled_from([1, 2])),
        "bits_stored": draw(st.integers(int(scan.total).bit_length(), 16)),
        "transfer_syntax": syntax,
        "seed": draw(st.integers(0, 99)),
    }
    return replace(scan, options=options, slopes=(1.0,) * scan.grid.shape[2])


@st.composite
def laid_out(draw: st.DrawFn, scan: Scan, *, plain: bool = False) -> Scan:
    """The same with a transfer syntax (``plain``: uncompressed), a pixel cell and a rescale."""
    n = scan.grid.shape[2]
    scan = replace(scan, **draw(rescales(n)))
    compressed = [] if plain else CODECS
    syntax = draw(st.sampled_from([*(ANY_SIZE[:4] if plain else ANY_SIZE), *compressed]))
    scale = round(max(scan.slopes) / min(scan.slopes))
    layout, first = draw(cells(scan.total, scale, syntax, even=bool(scan.parts) or plain))
    options = {
        **layout,
        "order": draw(st.sampled_from(_ORDERS)),
        "transfer_syntax": syntax,
        "encapsulation": draw(encapsulations(syntax)),
        "modality": draw(st.sampled_from(["CT", "MR", "PT"])),
        "seed": draw(st.integers(0, 99)),
        "extra_tags": {},
    }
    return replace(scan, options=options, first=first)


@st.composite
def across(draw: st.DrawFn, grid: Grid) -> Grid:
    """A localizer: at most three slices, of another size, seen across those of a grid."""
    axes = grid.direction[:, :2]
    normal = np.cross(axes[:, 0], axes[:, 1])
    affine = np.eye(4)
    affine[:3, :3] = np.stack([axes[:, 0], normal, axes[:, 1]], axis=1) * (1.1, 1.3, 7.0)
    affine[:3, 3] = grid.origin
    return Grid((7, 9, draw(st.integers(1, 3))), affine)


@st.composite
def shares(draw: st.DrawFn, n: int) -> tuple[int, ...]:
    """So many frames in two files or more."""
    cuts = sorted(draw(st.sets(st.integers(1, n - 1), min_size=1, max_size=3)))
    return tuple(np.diff([0, *cuts, n]).tolist())


def scans() -> st.SearchStrategy[Scan]:
    return st.one_of(series(), series(), objects(), mosaics())
