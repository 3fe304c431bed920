"""What a file's suffix claims to be inside."""

from __future__ import annotations

from typing import Final

#: Format word -> its suffixes.
SUFFIXES: Final = {
    "nifti": (".nii", ".nii.gz", ".hdr", ".hdr.gz"),
    "metaimage": (".mha", ".mhd"),
    "nrrd": (".nrrd", ".nhdr"),
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "tiff": (".tif", ".tiff"),
    "bmp": (".bmp", ".dib"),
    "gif": (".gif",),
    "npy": (".npy",),
    "zarr": (".zarr",),
    "b2nd": (".b2nd",),
}
#: Suffixes by which DICOM goes, besides none at all.
DICOM: Final = (".dcm", ".dicom", ".dic", ".ima")


def suffix_of(name: str) -> str:
    """A name's suffix in lower case, ``.nii.gz`` and the like as one; empty if there is none."""
    stem, dot, last = name.rpartition("/")[2].lstrip(".").lower().rpartition(".")
    before = stem.rpartition(".")
    if last == "gz" and before[1] and before[2]:
        return f".{before[2]}.gz"
    return dot + last if last and stem else ""
