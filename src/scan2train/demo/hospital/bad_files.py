"""Files that are damaged, doubled, disguised or unsafe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scan2train.demo.hospital.anatomy import chest, film, tilted_chest
from scan2train.demo.hospital.entry import Entry, chest_entry
from scan2train.testing.damaged import bytes_at, changed, replaced
from scan2train.testing.of_volume import file_of, film_of
from scan2train.testing.small import together
from scan2train.testing.small_places import doubled_slice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scan2train.testing.small import Build


def bad_files() -> Iterator[Entry]:
    """Faults of the rules FIL, NII."""
    # Of other sizes than its neighbours: where all are alike, whatever is not is an outlier.
    volume, _ = chest(50, shape=(94, 80, 32), spacing=(3.9, 3.9, 7.6))

    def ct(number: int, code: str, about: str, **more: Any) -> Entry:
        return chest_entry(number, code, about, volume, **more)

    one = ct(41, "FIL001", "a truncated copy of a slice")
    copy = "again-IM0003.dcm"
    yield replace(
        one, where=f"{one.where}/{copy}", build=_cut_copy(one.build, f"{one.where}/IM0003.dcm", copy)
    )
    one = ct(42, "FIL002", "a Windows program in front of a slice")
    yield replace(one, build=changed(one.build, 0, b"MZ\x90\0"))
    one = ct(43, "FIL004", "a slice that is there twice")
    yield replace(one, build=doubled_slice(one.build, 5, same_uid=True))
    one = ct(44, "FIL005", "a slice whose date is none")
    yield replace(one, build=replaced(one.build, b"20240229", b"2024-2-9"))
    yield ct(
        45,
        "FIL008",
        "a description that a spreadsheet would run",
        series_description='=HYPERLINK("http://x")',
    )
    image, _ = chest(51)
    yield Entry(
        where="nifti/scan-01.nii",
        about="beside it lies scan-01.nii.gz, and who reads which?",
        code="FIL006",
        build=together(file_of(image, "nifti/scan-01.nii"), file_of(chest(52)[0], "nifti/scan-01.nii.gz")),
    )
    yield Entry(
        where="films/chest-05.png",
        about="a DICOM film by the name of a picture",
        code="FIL007",
        build=film_of(film(), "films/chest-05.png", patient="DX5"),
    )
    mirrored = (-1, 4.5, 4.5, 8, 1, 1, 1, 1)
    yield Entry(
        where="nifti/scan-02.nii",
        about="two transforms, one the mirror image of the other",
        code="NII001",
        build=file_of(image, "nifti/scan-02.nii", nifti={"pixdim": mirrored}),
    )
    yield Entry(
        where="nifti/scan-03.nii.gz",
        about="sheared axes, which many readers drop",
        code="NII002",
        build=file_of(tilted_chest(12), "nifti/scan-03.nii.gz"),
    )
    yield Entry(
        where="readme.txt",
        about="a note",
        build=bytes_at("readme.txt", b"Everything we could find. Burned in a hurry.\n"),
    )


def _cut_copy(build: Build, whole: str, copy: str) -> Build:
    """With a copy of the file ``whole`` beside it that ends in the middle of its pixels."""

    def built(folder: Path) -> object:
        build(folder)
        data = (folder / whole).read_bytes()
        return (folder / whole).with_name(copy).write_bytes(data[: len(data) * 2 // 3])

    return built
