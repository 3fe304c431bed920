import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from scan2train.errors import (
    HostileFile,
    NonconformingHeader,
    NotAnImage,
    Scan2TrainError,
    UnreadableFile,
    WrongUse,
)
from scan2train.formats import picture
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.volume import Volume

#: 6 rows of 9 columns.
GREY = np.arange(54, dtype=np.uint8).reshape(6, 9) * 4
COLOUR = np.arange(162, dtype=np.uint8).reshape(6, 9, 3)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data=b"", crc=None):
    right = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", right if crc is None else crc)


def png(
    rows=GREY, bits=8, colour=0, size=None, idat=None, extra=b"", interlace=0, tail=b"", crc=None, packed=None
):
    height, width = size or rows.shape[:2]
    data = idat if idat is not None else b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    body = chunk(b"IDAT", zlib.compress(data) if packed is None else packed, crc)
    return SIGNATURE + chunk(b"IHDR", head) + extra + body + chunk(b"IEND") + tail


def read(tmp_path, data, name="a.png"):
    (tmp_path / name).write_bytes(data)
    (volume,) = picture.read_volumes(tmp_path / name)
    head = picture.read_header(tmp_path / name)
    assert head.grid == volume.grid
    assert head.dtype == volume.array.dtype
    assert head.channels == (volume.array.shape[3] if volume.array.ndim > 3 else 1)
    return volume


def saved(image, kind, **how):
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def codes(volume):
    return {(finding.code, finding.severity.value) for finding in volume.findings}


INFO = {("GEO001", "info")}


def test_columns_are_i_and_there_is_no_place_in_space(tmp_path):
    volume = read(tmp_path, png())
    assert volume.array.shape == (9, 6, 1)
    assert volume.array[8, 2, 0] == GREY[2, 8]
    assert np.array_equal(volume.array[..., 0].T, GREY)
    assert not volume.grid.physical
    assert volume.meta["role"] == "picture"
    assert codes(volume) == INFO


@pytest.mark.parametrize(("channels", "colour"), [(2, 4), (3, 2), (4, 6)])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_colours(tmp_path, channels, colour, bits):
    rows = (np.arange(54 * channels).reshape(6, 9, channels) * (1 if bits == 8 else 301)).astype(
        f">u{bits // 8}"
    )
    volume = read(tmp_path, png(rows, bits, colour))
    assert np.array_equal(volume.array[:, :, 0].transpose(1, 0, 2), rows)


def test_png_with_16_bits(tmp_path):
    rows = (np.arange(54).reshape(6, 9) * 1201).astype(">u2")
    volume = read(tmp_path, png(rows, 16))
    assert volume.array.dtype == np.uint16
    assert np.array_equal(volume.array[..., 0].T, rows)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_with_few_bits_keeps_a_masks_values(tmp_path, bits):
    rows = np.random.default_rng(1).integers(0, 2**bits, (6, 9), dtype=np.uint8)
    spread = np.unpackbits(rows[..., None], axis=2)[:, :, 8 - bits :].reshape(6, -1)
    volume = read(
        tmp_path, png(idat=b"".join(b"\0" + np.packbits(row).tobytes() for row in spread), bits=bits)
    )
    assert np.array_equal(volume.array[..., 0].T, rows)


def test_interlaced_png(tmp_path):
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    rows = [b"\0" + row.tobytes() for r, c, dr, dc in passes for row in GREY[r::dr, c::dc] if row.size]
    volume = read(tmp_path, png(idat=b"".join(rows), interlace=1))
    assert np.array_equal(volume.array[..., 0].T, GREY)


def test_a_palette_becomes_colours_and_is_told(tmp_path):
    palette = np.arange(768, dtype=np.uint8)[::-1].reshape(256, 3)
    volume = read(tmp_path, png(colour=3, extra=chunk(b"PLTE", palette.tobytes())))
    assert np.array_equal(volume.array[:, :, 0].transpose(1, 0, 2), palette[GREY])
    assert codes(volume) == INFO | {("PIX004", "warning")}


def test_what_hangs_on_a_png_is_told(tmp_path):
    assert codes(read(tmp_path, png(tail=b"<html>"))) == INFO | {("FIL002", "warning")}
    swelling = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(4 << 20)))
    assert codes(read(tmp_path, png(extra=swelling))) == INFO | {("FIL002", "warning")}
    assert codes(read(tmp_path, png(extra=chunk(b"tRNS", b"\0\7")))) == INFO | {("PIX004", "info")}
    assert codes(read(tmp_path, png(), "a.jpg")) == INFO | {("FIL007", "warning")}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (png(size=(6, 0)), NonconformingHeader),
        (png(bits=7), NonconformingHeader),
        (png(bits=16, colour=3), NonconformingHeader),
        (png(interlace=2), NonconformingHeader),
        (png(crc=1), UnreadableFile),
        (png(idat=bytes(20)), UnreadableFile),
        (png(idat=bytes(61)), HostileFile),
        (png(size=(60000, 60000)), UnreadableFile),
        (png(size=(20000, 20000), packed=bytes(20000 * 20)), HostileFile),
        (png(packed=b"no stream of zlib"), UnreadableFile),
        (png()[:40], UnreadableFile),
        (png()[:-5], UnreadableFile),
        (SIGNATURE + chunk(b"IEND"), UnreadableFile),
    ],
)
def test_a_png_that_cannot_be_is_refused(tmp_path, data, error):
    with pytest.raises(error) as caught:
        read(tmp_path, data)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp", "gif", "jpeg"])
def test_a_cut_is_seen_or_does_no_harm(tmp_path, kind):
    data = saved(Image.fromarray(GREY), kind)
    whole = read(tmp_path, data, f"a.{kind}").array
    for end in range(0, len(data), max(1, len(data) // 60)):
        try:
            volume = read(tmp_path, data[:end], f"a.{kind}")
        except Scan2TrainError:
            continue
        assert np.array_equal(volume.array, whole)


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR])
def test_pictures_of_other_writers(tmp_path, kind, pixels):
    volume = read(tmp_path, saved(Image.fromarray(pixels), kind), f"a.{kind}")
    assert np.array_equal(np.swapaxes(volume.array[:, :, 0], 0, 1), pixels)
    assert codes(volume) == INFO


def test_jpeg_is_told_to_be_lossy(tmp_path):
    data = saved(Image.fromarray(COLOUR), "jpeg", quality=95)
    volume = read(tmp_path, data, "a.jpg")
    assert np.array_equal(np.swapaxes(volume.array[:, :, 0], 0, 1), np.asarray(Image.open(BytesIO(data))))
    assert codes(volume) == INFO | {("PIX009", "warning")}


def test_gif_and_its_frames(tmp_path):
    frames = [Image.fromarray(GREY), Image.fromarray(GREY[::-1].copy())]
    data = saved(frames[0], "gif", save_all=True, append_images=frames[1:])
    (tmp_path / "a.gif").write_bytes(data)
    first, second = picture.read_volumes(tmp_path / "a.gif")
    assert first.array.shape == (9, 6, 1, 3)
    assert np.array_equal(second.array[:, :, 0, 0].T, GREY[::-1])
    assert (second.meta["dimension"], second.meta["dimension_value"]) == ("time", 1)
    assert ("PIX004", "warning") in codes(second)
    assert index(tmp_path, cache=False).volumes["dimension_value"].to_list() == ["0", "1"]


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
def test_a_picture_that_asks_to_be_turned_is_read_as_stored_and_told(tmp_path, kind):
    exif = Image.Exif()
    exif[274] = 6
    how = {"exif": exif} if kind == "jpeg" else {"tiffinfo": {274: 6}}
    volume = read(tmp_path, saved(Image.fromarray(GREY), kind, **how), f"a.{kind}")
    assert volume.array.shape == (9, 6, 1)
    assert ("FIL005", "warning") in codes(volume)
    plain = read(tmp_path, saved(Image.fromarray(GREY), kind), f"b.{kind}")
    assert np.array_equal(volume.array, plain.array)
    assert ("FIL005", "warning") not in codes(plain)


def test_inks_become_colours_and_are_told(tmp_path):
    inks = Image.fromarray(np.stack([GREY, GREY + 9, GREY * 2], -1)).convert("CMYK")
    data = saved(inks, "jpeg", quality=100)
    volume = read(tmp_path, data, "a.jpg")
    assert np.array_equal(
        np.swapaxes(volume.array[:, :, 0], 0, 1), np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    )
    assert ("PIX004", "info") in codes(volume)


@pytest.mark.parametrize("packing", [None, "group4", "tiff_lzw"])
@pytest.mark.parametrize("white", [0, 1])
def test_tiff_with_one_bit_keeps_a_masks_values(tmp_path, packing, white):
    bits = GREY // 4 % 2
    mask = Image.fromarray(bits * 255).convert("1")
    volume = read(tmp_path, saved(mask, "tiff", compression=packing, tiffinfo={262: white}), "a.tif")
    assert volume.array.dtype == np.uint8
    # The library writes the bits the other way round where 0 is white.
    assert np.array_equal(volume.array[..., 0].T, bits if white else 1 - bits)
    assert (("PIX001", "warning") in codes(volume)) == (white == 0)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_slices_are_written_as_pages(tmp_path, dtype, channels):
    shape = (9, 7, 5, *channels)
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    one = Volume(array=array, grid=Grid((9, 7, 5), np.eye(4), physical=False))
    picture.write(one, tmp_path / "a.tif")
    (again,) = picture.read_volumes(tmp_path / "a.tif")
    assert again.array.dtype == one.array.dtype
    assert np.array_equal(again.array, one.array)
    theirs = (
        SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "a.tif"))) if dtype != "f8" else None
    )
    assert theirs is None or np.array_equal(np.swapaxes(theirs, 0, 2), one.array)


def test_tiff_pages_are_slices(tmp_path):
    pages = [Image.fromarray(GREY), Image.fromarray(GREY + 1)]
    volume = read(tmp_path, saved(pages[0], "tiff", save_all=True, append_images=pages[1:]), "a.tif")
    assert volume.array.shape == (9, 6, 2)
    assert np.array_equal(volume.array[..., 1].T, GREY + 1)
    pages[1] = Image.fromarray(GREY[:3])
    with pytest.raises(Scan2TrainError):
        read(tmp_path, saved(pages[0], "tiff", save_all=True, append_images=pages[1:]), "a.tif")


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "u4", "i4", "f4", "f8"])
def test_tiff_written_and_read_again(tmp_path, dtype):
    volume = Volume(array=GREY.T[..., None].astype(dtype), grid=Grid((9, 6, 1), np.eye(4)))
    picture.write(volume, tmp_path / "a.tif")
    (again,) = picture.read_volumes(tmp_path / "a.tif")
    assert again.array.dtype == volume.array.dtype
    assert np.array_equal(again.array, volume.array)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_png_written_and_read_again(tmp_path, dtype, channels):
    array = np.arange(9 * 6 * int(np.prod(channels))).reshape(9, 6, 1, *channels).astype(dtype)
    picture.write(Volume(array=array, grid=Grid((9, 6, 1), np.eye(4))), tmp_path / "a.png")
    (again,) = picture.read_volumes(tmp_path / "a.png")
    assert np.array_equal(again.array, array)
    first = (tmp_path / "a.png").read_bytes()
    picture.write(again, tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes() == first


@pytest.mark.parametrize(
    ("start", "offset"), [(b"II*\0", "<I"), (b"MM\0*", ">I"), (b"II+\0\x08\0\0\0", "<Q")]
)
def test_a_tiff_whose_directory_is_outside_or_comes_round_is_refused(tmp_path, start, offset):
    with pytest.raises(UnreadableFile):
        read(tmp_path, start + struct.pack(offset, 9999), "a.tif")
    with pytest.raises(UnreadableFile):
        read(tmp_path, start + struct.pack(offset, len(start)) + bytes(3), "a.tif")


def test_jpeg_written_is_close(tmp_path):
    smooth = np.add.outer(np.arange(60), np.arange(90)).astype(np.uint8)[..., None]
    picture.write(Volume(array=smooth, grid=Grid((60, 90, 1), np.eye(4))), tmp_path / "a.jpg")
    (again,) = picture.read_volumes(tmp_path / "a.jpg")
    assert np.abs(again.array.astype(int) - smooth).max() <= 3


@pytest.mark.parametrize(
    ("array", "name"),
    [
        (np.zeros((9, 6, 1), np.float32), "a.png"),
        (np.zeros((9, 6, 1), np.int16), "a.png"),
        (np.zeros((9, 6, 1), np.uint16), "a.jpg"),
        (np.zeros((9, 6, 2), np.uint8), "a.png"),
        (np.zeros((9, 6, 1, 4), np.uint8), "a.jpg"),
        (np.zeros((9, 6, 1, 7), np.uint8), "a.png"),
    ],
)
def test_what_a_picture_would_lose_is_refused(tmp_path, array, name):
    with pytest.raises(WrongUse):
        picture.write(Volume(array=array, grid=Grid(array.shape[:3], np.eye(4))), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(NotAnImage):
        picture.read_volumes(tmp_path / "a.png")
