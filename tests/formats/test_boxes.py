"""A box of a stored array is what the same box of the whole is, whatever the store and the chunks around it."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train import Grid, Labels, UnreadableFile, Volume, read, write
from scan2train.formats.boxes import open_boxes

SHAPE = (70, 131, 66)
BOXES = [
    ((0, 0, 0), SHAPE),
    ((0, 0, 0), (1, 1, 1)),
    ((69, 130, 65), (1, 1, 1)),
    ((60, 60, 60), (10, 9, 6)),
    ((3, 64, 0), (61, 64, 64)),
    ((1, 127, 2), (3, 4, 63)),
]


def images():
    rng = np.random.default_rng(0)
    grid = Grid.from_axes(SHAPE, spacing_mm=(0.7, 0.9, 2.5))
    values = rng.integers(-1000, 1000, SHAPE[::-1]).astype(np.int16)
    values[:30] = 0  # chunks that hold nothing
    yield "int16", Volume(array=values.T, grid=grid)
    yield "float32", Volume(array=values.astype(np.float32), grid=Grid(SHAPE[::-1], grid.affine))
    yield "labels", Labels(array=(values > 500).astype(np.uint8).T, grid=grid, names={1: "one"})
    colour = rng.normal(size=(66, 7, 5, 3)).astype(np.float32)
    yield "channels", Volume(array=colour, grid=Grid((66, 7, 5), np.eye(4)))


@pytest.mark.parametrize("store", ["b2nd", "npy", "zarr", "nii.gz"])
@pytest.mark.parametrize(
    ("kind", "volume"), list(images()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_box_is_a_box_of_the_whole(store, kind, volume, tmp_path):
    path = tmp_path / f"{kind}.{store}"
    write(volume, path)
    boxes = open_boxes(path)
    assert boxes.shape == volume.array.shape
    assert boxes.whole == (store == "nii.gz")
    whole = read(path).array
    for start, size in BOXES:
        low = tuple(min(a, n - 1) for a, n in zip(start, volume.grid.shape, strict=True))
        count = tuple(min(s, n - a) for a, s, n in zip(low, size, volume.grid.shape, strict=True))
        box = boxes.read(low, count)
        assert box.dtype.newbyteorder("=") == whole.dtype.newbyteorder("=")
        np.testing.assert_array_equal(
            box, whole[tuple(slice(a, a + n) for a, n in zip(low, count, strict=True))]
        )


def test_a_file_that_is_cut_short_is_refused(tmp_path):
    (_, volume), *_ = images()
    for store in ("b2nd", "npy"):
        path = tmp_path / f"x.{store}"
        write(volume, path)
        path.write_bytes(path.read_bytes()[:-1000])
        with pytest.raises(UnreadableFile):
            open_boxes(path)
    write(volume, tmp_path / "x.zarr")
    for shard in (tmp_path / "x.zarr").rglob("*"):
        if shard.is_file() and shard.stat().st_size > 10_000:
            shard.write_bytes(shard.read_bytes()[:-1000])
    with pytest.raises(UnreadableFile):
        open_boxes(tmp_path / "x.zarr").read((0, 0, 0), (9, 9, 66))
