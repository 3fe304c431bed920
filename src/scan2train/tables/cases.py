"""One row a case of a prepared set."""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table


def _c(name: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


CASES = Table(
    "cases",
    "One row a case of a prepared set",
    (
        _c("case", "text", "Name of the case, and of its folder below cases/"),
        _c("volume", "text", "Volume id of the source"),
        _c("source", "text", "The source folder that the volume was found in, by its own name, without the folders above it"),
        _c("path", "text", "The file, or the folder that all its files share, relative to the source; as in volumes"),
        _c("patient", "text", "Patient ID, salted hash; empty where the source knows of none"),
        _c("study_uid", "text", "Study Instance UID; empty where the source is no DICOM"),
        _c("series_uid", "text", "Series Instance UID; likewise"),
        _c("modality", "text", "Modality; likewise"),
        _c("manufacturer", "text", "Manufacturer; likewise"),
        _c("model", "text", "Manufacturer's Model Name; likewise"),
        _c("station", "text", "Station Name; likewise"),
        _c("kernel_class", "text", "smooth, medium or sharp, where the vendor table knows the kernel"),
        _c("phase", "text", "Contrast phase of a CT, where words or times tell"),
        _c("split", "text", "train, val or test where a split was made; empty otherwise"),
        _c("state", "text", "done or failed"),
        _c("error", "text", "Why it failed; empty if it did not"),
        *(_c(f"source_size_{a}", "integer", f"Voxels along {a} before") for a in "ijk"),
        *(_c(f"source_spacing_{a}_mm", "number", f"Spacing along {a} before", "mm") for a in "ijk"),
        _c("source_orientation", "text", "Orientation before"),
        *(_c(f"size_{a}", "integer", f"Voxels along {a} after") for a in "ijk"),
        *(_c(f"spacing_{a}_mm", "number", f"Spacing along {a} after", "mm") for a in "ijk"),
        _c("orientation", "text", "Orientation after"),
        _c("affine", "numbers", "The 4×4 affine after, row by row, RAS+ mm, voxel centres"),
        _c("image_sha256", "text", "SHA-256 of the image file"),
        _c("labels_sha256", "text", "SHA-256 of the labels file; empty without labels"),
        _c("valid_sha256", "text", "SHA-256 of the mask of real data; empty where all is real"),
        _c("account_sha256", "text", "SHA-256 of account.json"),
    ),
)
