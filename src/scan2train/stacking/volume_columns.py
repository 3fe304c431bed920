"""From stacks to rows of the volumes table, all at once."""

from __future__ import annotations

import hashlib
import os.path
from collections import Counter
from collections.abc import Mapping
from itertools import permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.knowledge.kernels_of_vendors import kernel_class
from scan2train.knowledge.mammography_views import VIEW_OF_CODE
from scan2train.knowledge.sop_classes import LOSSY_SYNTAXES
from scan2train.stacking.acquired import GATING, acquired, second_of_day
from scan2train.stacking.mixed import IN_COMMON, extremes

FloatArray = npt.NDArray[np.float64]

_SAME = (
    *("patient", "study_uid", "series_uid", "source", "modality", "manufacturer", "model", "station"),
    *("description", "image_type", "kernel", "contrast", "patient_position", "transfer_syntax"),
    *("thickness_mm", "spacing_between_slices_mm", "samples", "photometric", "planar", "bits_allocated"),
    *(
        "bits_stored",
        "high_bit",
        "pixel_representation",
        "pixel_kind",
        "rescale_type",
        "units",
        "modality_lut",
    ),
    *("sop_class_uid", "charset", "imager_row_spacing_mm", "imager_col_spacing_mm", "magnification"),
    *("spacing_calibration", "conversion_type", "burned_in", "tiles_across"),
    *("lut_shape", "presentation_intent", "intensity_sign", "frame_time_ms"),
    *("pixel_presentation", "patient_orientation", "protocol", "contrast_route"),
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


#: Kept where all slices say the same.
_WINDOW = ("window_center", "window_width", "window_function")

#: Of the first slice alone.
FIRST = (
    *_SAME,
    *("image_laterality", "laterality", "view", "view_code", "columns", "rows"),
    *("contrast_meaning", "contrast_time", *GATING),
)

#: What :func:`volume_columns` and :func:`scan2train.stacking.units.all_frames` look at in every slice.
NEEDED = (
    *(name for name in _MEMBERS if name != "along_mm"),
    *(
        "source",
        "study_uid",
        "acquisition_time",
        "lossy",
        "oddities",
        "span",
        "fits",
        "frames_lost",
        "parts_lost",
        *_WINDOW,
        *IN_COMMON,
    ),
)


def volume_columns(first: pl.DataFrame, flat: pl.DataFrame) -> pl.DataFrame:
    """One row a volume from ``flat``: the units of all volumes in order, ``v`` numbering the volumes from 0.

    ``first`` are the first units of all volumes. Besides the columns :data:`NEEDED` there are in ``flat``
    ``along_mm``, and ``repeated`` and ``contradicted`` of :mod:`scan2train.stacking.repeated`.
    """
    rows = flat.group_by("v", maintain_order=True).agg(
        *(pl.col(name).alias(column) for name, column in _MEMBERS.items()),
        lossy=_lossy().any(),
        n_slices=pl.len().cast(pl.Int64),
        padding_value=pl.col("padding_value").drop_nulls().first(),
        padding_limit=pl.col("padding_limit").drop_nulls().first(),
        oddities=pl.col("oddities").explode().drop_nulls().unique(maintain_order=True),
        studies=pl.col("study_uid").n_unique(),
        some_rescale=_on_some("slope") | _on_some("intercept"),
        frames_lost=pl.col("frames_lost").any(),
        parts_lost=pl.col("parts_lost").any(),
        repeated=pl.col("repeated").any(),
        contradicted=pl.col("contradicted").any(),
        began=pl.col("acquisition_time").min(),
        **{name: pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()) for name in _WINDOW},
        **_words_of_files(),
        **extremes(),
        first_path=pl.col("path").min(),
        last_path=pl.col("path").max(),
    )
    about = first.select(
        *_SAME,
        cardiac_percent="cardiac_percentage",
        laterality=pl.coalesce("image_laterality", "laterality"),
        view=pl.coalesce(
            "view", pl.col("view_code").replace_strict(VIEW_OF_CODE, default=None, return_dtype=pl.String)
        ),
        size_i=pl.col("columns").fill_null(1).clip(lower_bound=1),
        size_j=pl.col("rows").fill_null(1).clip(lower_bound=1),
    )
    about = about.with_columns(contrast=pl.coalesce("contrast", first["contrast_meaning"]))
    kernels = [
        kernel_class(maker or "", kernel or "") or None
        for maker, kernel in about.select("manufacturer", "kernel").iter_rows()
    ]
    rows = rows.hstack(about)
    rows = rows.with_columns(after_s=_after())
    rows = acquired(rows, first.select("contrast_time", *GATING))
    return _with_oddities(rows).hstack(
        [
            pl.Series("kernel_class", kernels, dtype=pl.String),
            pl.Series("volume", _identities(rows), dtype=pl.String),
            pl.Series("path", _shared(rows), dtype=pl.String),
            pl.Series("format", ["dicom"]).new_from_index(0, rows.height),
            rows["n_slices"].alias("size_k"),
        ]
    )


def _with_oddities(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what a volume's slices show together to what each of them shows."""
    together = {
        "several-studies": rows["studies"] > 1,
        "instance-repeated": rows["repeated"] & ~rows["contradicted"],
        "instance-contradicted": rows["contradicted"],
    }
    for word, told in together.items():
        if told.any():
            words = pl.when(told).then(pl.lit([word])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
            rows = rows.with_columns(oddities=pl.concat_list("oddities", words))
    return rows


def _after() -> pl.Expr:
    """Seconds from the first ``began`` of a series, a time of day (PS3.5 6.2), to each."""
    second = second_of_day("began")
    return (second - second.min().over("source", "series_uid")).round(6)


def _on_some(name: str) -> pl.Expr:
    return pl.col(name).is_not_null().any() & pl.col(name).is_null().any()


def _lossy() -> pl.Expr:
    now = pl.col("transfer_syntax").is_in(LOSSY_SYNTAXES)
    return ((pl.col("lossy") == "01") | now).fill_null(value=False)


def _shared(rows: pl.DataFrame) -> list[str]:
    """The one file of each volume, or the folder that all its files share."""
    # Paths between the first and the last in order lie below the folder that these two share.
    return [
        first
        if first == last
        else os.path.commonpath([path.rpartition("/")[0] for path in (first, last)]) or "."
        for first, last in rows.select("first_path", "last_path").iter_rows()
    ]


def _identities(rows: pl.DataFrame) -> list[str]:
    """Stable ids: over the sorted UIDs, with frame numbers where an object's frames do not all belong."""
    words = rows["words"].to_list()
    others = [at for at, known in enumerate(rows["of_files"].to_list()) if not known]
    if others:
        columns = rows.select("member_uid", "member_path", "member_frame", "member_frames", "source")[others]
        for at, row in zip(others, columns.iter_rows(), strict=True):
            words[at] = _words_of_frames(*row)
    names = [_digest(own) for own in words]
    # The same instances twice in one index, such as copies in two folders: their place tells them apart.
    seen: Counter[str] = Counter()
    again = {}
    for at, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            again[at] = seen[name]
    for (at, nth), paths in zip(again.items(), rows["member_path"][list(again)].to_list(), strict=True):
        names[at] = _digest("\n".join([words[at], *sorted(paths), str(nth)]))
    return names


def _words_of_files() -> dict[str, pl.Expr]:
    """The sorted UIDs of a volume; it is identified by them where each of its files has one and is one slice."""
    uid = pl.col("sop_instance_uid")
    files = (pl.col("declared_frames") == 1).all() & (uid.fill_null("") != "").all()
    return {"words": uid.sort().str.join("\n"), "of_files": files & (uid.n_unique() == pl.len())}


def _words_of_frames(
    uids: list[str | None], paths: list[str], frames: list[int], totals: list[int], source: str
) -> str:
    own = [uid or f"{source}/{path}" for uid, path in zip(uids, paths, strict=True)]
    if len(own) == sum(dict(zip(own, totals, strict=True)).values()):
        return "\n".join(sorted(set(own)))
    return "\n".join(sorted(f"{uid}#{frame}" for uid, frame in zip(own, frames, strict=True)))


def part_id(whole: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """The id of a part of a volume, both rows of the volumes table, by the rule that gives volumes theirs."""
    words, own = (
        _words_of_frames(
            row["member_uid"], row["member_path"], row["member_frame"], row["member_frames"], row["source"]
        )
        for row in (whole, part)
    )
    # An id that does not follow from the instances alone tells copies in two places apart, and so must its parts'.
    return _digest(own if _digest(words) == whole["volume"] else f"{own}\n{whole['volume']}")


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]


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
