"""Every column of every DICOM file, as the walker reads it and as pydicom does."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path

import pydicom
from pydicom.data import get_testdata_files
from pydicom.tag import Tag

from scan2train.formats.dicom.header_columns import PRIVATE
from scan2train.index import index
from scan2train.indexing.salt import hashed
from scan2train.tables import FRAMES, INSTANCES

COLUMNS = [column for column in INSTANCES if column.tag]
SALT = b"a salt that everybody may know"


def read(path: Path) -> pydicom.Dataset:
    """A header; one of pydicom's own files begins with a stray byte that pydicom does not get over."""
    content = path.read_bytes() if path.name == "no_meta.dcm" else None
    where = path if content is None else io.BytesIO(content[1:])
    return pydicom.dcmread(where, stop_before_pixels=True, force=True)


def of_its_creator(dataset: pydicom.Dataset, column) -> bool:
    """Whether a private element stands behind its creator's name; true for the standard's."""
    if column.name not in PRIVATE:
        return True
    creator, stem = PRIVATE[column.name]
    found = dataset.get(int(creator.replace(",", ""), 16))
    return found is not None and str(found.value).upper().startswith(stem)


def expected(dataset: pydicom.Dataset, column) -> object:
    """What pydicom says of one column."""
    where = dataset
    if column.tag.startswith("0002"):
        where = dataset.file_meta
    elif column.parent:
        outer = dataset.get(Tag(int(column.parent.replace(",", ""), 16)))
        if outer is None or outer.VR != "SQ" or not outer.value:
            return False if column.kind == "boolean" else None
        where = outer.value[0]
    tag = Tag(int(column.tag.replace(",", ""), 16))
    if column.keep == "present":
        return tag in where
    element = where.get(tag)
    value = None if element is None else element.value
    values = list(value) if isinstance(value, pydicom.multival.MultiValue | list) else [value]
    values = [] if values in ([None], [""]) else values
    if column.keep == "filled":
        return any(str(one).strip() for one in values)
    if column.kind == "text":
        text = "\\".join(str(one).strip(" \0") for one in values) or None
        return hashed(text, SALT) if text and column.keep == "hash" else text
    item = max(column.item, 0)
    if item >= len(values):
        return None
    if not of_its_creator(dataset, column):
        return None
    if isinstance(values[item], bytes):
        return int.from_bytes(values[item], "little")
    number = float(values[item])
    return int(number) if column.kind == "integer" else number


def same(seen: object, wanted: object, column) -> bool:
    if column.name in ("padding_value", "padding_limit") and seen is not None and wanted is not None:
        return (int(seen) - int(wanted)) % 65536 == 0
    if isinstance(seen, float) and isinstance(wanted, float):
        return seen == wanted or (math.isnan(seen) and math.isnan(wanted))
    return seen == wanted


def differences(root: Path, tmp_path: Path) -> tuple[int, list[str]]:
    salt = tmp_path / "salt"
    salt.write_bytes(SALT)
    found = index(root, cache=False, salt=salt)
    wrong, compared = [], 0
    for row in found.instances.iter_rows(named=True):
        if row["format"] != "dicom":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = read(Path(row["source"], row["path"]))
            for column in COLUMNS:
                if any(word.endswith(f":{column.name}") for word in row["oddities"]):
                    continue
                if column.name == "transfer_syntax" and dataset.file_meta.get("TransferSyntaxUID") is None:
                    continue
                wanted = expected(dataset, column)
                compared += 1
                if not same(row[column.name], wanted, column):
                    wrong.append(f"{row['path']} {column.name}: {row[column.name]!r}, pydicom {wanted!r}")
    return compared, wrong


def test_every_column_of_pydicoms_own_files(tmp_path: Path):
    root = Path(get_testdata_files("CT_small.dcm")[0]).parent
    compared, wrong = differences(root, tmp_path)
    assert compared > 100 * len(COLUMNS) / 2
    assert not wrong, "\n".join(wrong[:40])


def test_every_column_of_real_scans(real_data: Path, tmp_path: Path):
    compared, wrong = differences(real_data, tmp_path)
    assert compared > 600 * len(COLUMNS)
    assert not wrong, "\n".join(wrong[:40])


FRAME_COLUMNS = [column for column in FRAMES if column.tag]


def expected_in_frame(dataset: pydicom.Dataset, frame: int, column) -> object:
    """What pydicom says of one column of one frame: its own groups first, then the shared ones."""
    groups = [dataset.get("PerFrameFunctionalGroupsSequence"), dataset.get("SharedFunctionalGroupsSequence")]
    items = [groups[0][frame]] if groups[0] and frame < len(groups[0]) else []
    items += [groups[1][0]] if groups[1] else []
    tag = Tag(int(column.tag.replace(",", ""), 16))
    for item in items:
        if column.parent:
            outer = item.get(Tag(int(column.parent.replace(",", ""), 16)))
            inner = [] if outer is None or not outer.value else [outer.value[0]]
        else:
            inner = [
                e.value[0] for e in item if e.VR == "SQ" and e.value and "FrameTypeSequence" in e.keyword
            ]
        for where in inner:
            element = where.get(tag)
            if element is None or element.value in (None, ""):
                continue
            multiple = isinstance(element.value, pydicom.multival.MultiValue | list)
            values = list(element.value) if multiple else [element.value]
            if column.kind == "text":
                text = "\\".join(str(one).strip(" \0") for one in values)
                return text[8:] if column.name == "acquisition_datetime" else text
            return float(values[max(column.item, 0)]) if max(column.item, 0) < len(values) else None
    return None


def frame_differences(root: Path) -> tuple[int, list[str]]:
    found = index(root, cache=False)
    wrong, compared = [], 0
    whole = found.frames.filter(found.frames["tiles_across"].is_null())
    of_file = whole.partition_by("instance", as_dict=True)
    for at, row in enumerate(found.instances.iter_rows(named=True)):
        if (at,) not in of_file:
            assert not row["functional_groups"]
            continue
        dataset = pydicom.dcmread(Path(row["source"], row["path"]), stop_before_pixels=True, force=True)
        frames = of_file[(at,)]
        assert frames["frame"].to_list() == list(range(int(dataset.get("NumberOfFrames", 1))))
        for frame in frames.iter_rows(named=True):
            for column in FRAME_COLUMNS:
                wanted = expected_in_frame(dataset, frame["frame"], column)
                compared += 1
                if frame[column.name] != wanted:
                    wrong.append(
                        f"{row['path']} {frame['frame']} {column.name}: {frame[column.name]!r}, {wanted!r}"
                    )
    return compared, wrong


def test_every_frame_of_real_enhanced_objects(real_data: Path):
    compared, wrong = frame_differences(real_data)
    assert compared > 50 * len(FRAME_COLUMNS)
    assert not wrong, "\n".join(wrong[:40])


def test_every_frame_of_pydicoms_own_enhanced_objects():
    compared, wrong = frame_differences(Path(get_testdata_files("CT_small.dcm")[0]).parent)
    assert compared
    assert not wrong, "\n".join(wrong[:40])
