"""What an image is for: volume, localizer, capture, derived, picture or labels."""

from __future__ import annotations

from functools import cache

import polars as pl

from scan2train.knowledge.sop_classes import (
    DERIVED_KINDS,
    DERIVED_WORDS,
    FILMS,
    LOCALIZER_WORDS,
    PICTURES,
    RT_DOSE,
    SECONDARY_CAPTURE,
    SEGMENTATIONS,
    SLICED,
)

_COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT")
_GEOMETRY = ("position_x", "row_x", "col_y", "row_spacing_mm")


@cache
def role() -> pl.Expr:
    """The role of a unit, from its own header alone.

    A picture that somebody declared DERIVED but that is a plain slice (anonymisers and croppers do so) stays a
    volume: only words that name a reformation or a projection set it apart.
    """
    sop = pl.col("sop_class_uid").fill_null("")
    modality = pl.col("modality").fill_null("")
    kinds = pl.col("image_type").fill_null("").str.to_uppercase()
    description = pl.col("description").fill_null("").str.to_uppercase()
    placed = pl.all_horizontal(*(pl.col(name).is_not_null() for name in _GEOMETRY))
    sliced = modality.is_in(SLICED)
    colour = pl.col("photometric").fill_null("").is_in(_COLOURS) | (pl.col("samples") > 1)
    captured = (sop == SECONDARY_CAPTURE) | sop.str.starts_with(f"{SECONDARY_CAPTURE}.")
    captured = captured & ~modality.is_in(FILMS)
    made = pl.col("conversion_type").is_not_null() & ~placed & sliced
    derived = kinds.str.starts_with("DERIVED") & (
        _any_word(kinds.str.replace_all(r"\\", " "), DERIVED_KINDS) | _any_word(description, DERIVED_WORDS)
    )
    return (
        pl.when(sop.is_in(SEGMENTATIONS))
        .then(pl.lit("labels"))
        .when(captured | made | (sliced & colour))
        .then(pl.lit("capture"))
        .when(kinds.str.contains(r"(^|\\)LOCALIZER(\\|$)") & sliced)
        .then(pl.lit("localizer"))
        .when(
            (modality.is_in(PICTURES) & ~(placed & pl.col("framed")))
            | (~placed & ~sliced & (sop != RT_DOSE) & (modality != "NM"))
        )
        .then(pl.lit("picture"))
        .when(derived | (sop == RT_DOSE))
        .then(pl.lit("derived"))
        .otherwise(pl.lit("volume"))
    )


def says_localizer() -> pl.Expr:
    """Whether the series' own words call it a localizer: believed only of few slices in several directions."""
    return _any_word(pl.col("description").fill_null("").str.to_uppercase(), LOCALIZER_WORDS) | _any_word(
        pl.col("protocol").fill_null("").str.to_uppercase(), LOCALIZER_WORDS
    )


def _any_word(text: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    escaped = "|".join(word.replace(".", r"\.") for word in words)
    return text.str.contains(rf"(^|[^A-Z0-9])({escaped})($|[^A-Z0-9])")
