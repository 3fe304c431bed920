"""From stacks to rows of the volumes table, all at once."""

from __future__ import annotations

import hashlib
import os.path
from itertools import permutations, product

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.knowledge.kernels_of_vendors import kernel_class
from scan2train.knowledge.sop_classes import LOSSY_SYNTAXES
from scan2train.stacking.mixed import IN_COMMON, extremes

FloatArray = npt.NDArray[np.float64]

_SAME_NAME = (
    *("patient", "study_uid", "series_uid", "source", "role", "modality", "manufacturer", "model", "station"),
    *("description", "image_type", "kernel", "contrast", "patient_position", "view", "transfer_syntax"),
    *("thickness_mm", "spacing_between_slices_mm", "samples", "photometric", "planar", "bits_allocated"),
    *("bits_stored", "high_bit"),
    *("pixel_representation", "pixel_kind", "rescale_type", "units", "modality_lut", "spacing_source"),
    *("sop_class_uid", "charset", "conversion_type", "burned_in"),
)
_MEMBERS = {
    "path": "member_path",
    "size": "member_size",
    "frame": "member_frame",
    "declared_frames": "member_frames",
    "pixel_offset": "member_offset",
    "pixel_length": "member_length",
    "along_mm": "member_position_mm",
    "slope": "member_slope",
    "intercept": "member_intercept",
    "padding_value": "member_padding_value",
    "padding_limit": "member_padding_limit",
    "sop_instance_uid": "member_uid",
    "transfer_syntax": "member_transfer_syntax",
    "pixel_kind": "member_pixel_kind",
}


#: What a volume's members show together, as words of its ``oddities``.
_NOTED = {"several-studies": pl.col("studies") > 1, "instance-repeated": pl.col("repeated")}


#: What :func:`volume_columns` and :func:`scan2train.stacking.units.all_frames` look at.
NEEDED = tuple(
    dict.fromkeys(
        (
            *_SAME_NAME,
            *_MEMBERS,
            *("cardiac_percentage", "image_laterality", "laterality", "lossy", "columns", "rows"),
            *("oddities", "span", "fits", "frames_lost", *IN_COMMON),
        )
    )
)


def volume_columns(flat: pl.DataFrame) -> pl.DataFrame:
    """One row a volume from ``flat``: the units of all volumes in order, ``v`` numbering the volumes from 0.

    Besides the columns :data:`NEEDED` there is ``repeated``: the same instance and frame is there at another place.
    """
    rows = flat.group_by("v", maintain_order=True).agg(
        *(pl.col(name).first() for name in _SAME_NAME),
        *(pl.col(name).implode().alias(column) for name, column in _MEMBERS.items()),
        cardiac_percent=pl.col("cardiac_percentage").first(),
        laterality=pl.coalesce("image_laterality", "laterality").first(),
        lossy=_lossy().any(),
        n_slices=pl.len().cast(pl.Int64),
        size_i=pl.col("columns").first().fill_null(1).clip(lower_bound=1),
        size_j=pl.col("rows").first().fill_null(1).clip(lower_bound=1),
        size_k=pl.len().cast(pl.Int64),
        padding_value=pl.col("padding_value").drop_nulls().first(),
        padding_limit=pl.col("padding_limit").drop_nulls().first(),
        oddities=pl.col("oddities").explode().drop_nulls().unique(maintain_order=True),
        studies=pl.col("study_uid").n_unique(),
        some_rescale=_on_some("slope") | _on_some("intercept"),
        frames_lost=pl.col("frames_lost").any(),
        repeated=pl.col("repeated").any(),
        **extremes(),
    )
    kernels = [
        kernel_class(maker or "", kernel or "") or None
        for maker, kernel in rows.select("manufacturer", "kernel").iter_rows()
    ]
    return rows.with_columns(
        format=pl.lit("dicom"),
        oddities=pl.concat_list(
            "oddities",
            *(
                pl.when(told).then(pl.lit([word])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
                for word, told in _NOTED.items()
            ),
        ),
        kernel_class=pl.Series(kernels, dtype=pl.String),
        volume=pl.Series(_identities(rows), dtype=pl.String),
        path=pl.Series([_shared(paths) for paths in rows["member_path"].to_list()], dtype=pl.String),
    )


def _on_some(name: str) -> pl.Expr:
    return pl.col(name).is_not_null().any() & pl.col(name).is_null().any()


def _lossy() -> pl.Expr:
    now = pl.col("transfer_syntax").is_in(LOSSY_SYNTAXES)
    return ((pl.col("lossy") == "01") | now).fill_null(value=False)


def _shared(paths: list[str]) -> str:
    """The file, or the folder that all files share."""
    if len(set(paths)) == 1:
        return paths[0]
    return os.path.commonpath({path.rpartition("/")[0] for path in paths}) or "."


def _identities(rows: pl.DataFrame) -> list[str]:
    """Stable ids: over the sorted UIDs, with frame numbers where an object's frames do not all belong."""
    seen: dict[str, int] = {}
    names = []
    columns = rows.select("member_uid", "member_path", "member_frame", "member_frames", "source")
    for uids, paths, frames, totals, source in columns.iter_rows():
        own = [uid or f"{source}/{path}" for uid, path in zip(uids, paths, strict=True)]
        whole = len(own) == sum(total for uid, total in dict(zip(own, totals, strict=True)).items())
        words = sorted(own if whole else [f"{uid}#{frame}" for uid, frame in zip(own, frames, strict=True)])
        if whole:
            words = sorted(set(words))
        name = _digest(words)
        seen[name] = seen.get(name, 0) + 1
        # The same instances twice in one index, such as copies in two folders: their place tells them apart.
        names.append(name if seen[name] == 1 else _digest([*words, *sorted(paths), str(seen[name])]))
    return names


def _digest(words: list[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def orientations(affines: FloatArray) -> list[str]:
    """The directions in which i, j and k of ``(n, 4, 4)`` affines grow, such as ``"LPS"``."""
    if not len(affines):
        return []
    axes = affines[:, :3, :3] / np.linalg.norm(affines[:, :3, :3], axis=1, keepdims=True)
    choices = list(permutations(range(3)))
    sums = np.stack([sum(np.abs(axes[:, p[a], a]) for a in range(3)) for p in choices])
    best = np.array(choices)[sums.argmax(axis=0)]
    signs = np.stack([axes[np.arange(len(axes)), best[:, a], a] > 0 for a in range(3)], axis=1)
    words = {
        (p, s): "".join("LPI"[w] if not up else "RAS"[w] for w, up in zip(p, s, strict=True))
        for p, s in product(choices, product((False, True), repeat=3))
    }
    return [words[tuple(p), tuple(s)] for p, s in zip(best.tolist(), signs.tolist(), strict=True)]
