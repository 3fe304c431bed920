"""Scans and films whose stored values do not mean what they seem to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scan2train.demo.hospital.anatomy import chest, film, head, in_a_circle
from scan2train.demo.hospital.entry import Entry, chest_entry
from scan2train.testing.of_volume import film_of, series_of
from scan2train.testing.small import modality_lut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scan2train.volume import Volume


def bad_values() -> Iterator[Entry]:
    """Faults of the rules PIX."""
    volume, _ = chest(20)

    def ct(number: int, code: str, about: str, of: Volume = volume, **more: Any) -> Entry:
        return chest_entry(number, code, about, of, **more)

    def chest_film(number: int, code: str, about: str, pixels: Any = None, **more: Any) -> Entry:
        name = f"films/chest-{number:02d}.dcm"
        more = {"modality": "CR", "patient": f"DX{number}", **more}
        return Entry(
            where=name,
            about=about,
            code=code,
            build=film_of(film() if pixels is None else pixels, name, **more),
        )

    yield ct(
        21,
        "PIX002",
        "CT without slope and intercept",
        tags=dict.fromkeys(("RescaleSlope", "RescaleIntercept", "RescaleType")),
    )
    even = volume.replace(array=volume.array // 2 * 2)
    yield ct(22, "PIX003", "two rescale slopes in one scan", of=even, slope=[1.0] * 9 + [2.0] * 9)
    yield ct(
        23,
        "PIX006",
        "padding outside the field of view",
        of=in_a_circle(volume),
        padding_value=-2000,
        signed=True,
        bits_stored=16,
        intercept=0.0,
    )
    yield ct(24, "PIX009", "a CT that was compressed with loss", tags={"LossyImageCompression": "01"})
    windows = {"WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1500"]}
    yield ct(25, "PIX011", "two windows for each slice", tags=windows)
    yield Entry(
        where="mr/head-02",
        about="MR without a window",
        code="PIX010",
        build=series_of(
            head(),
            "mr/head-02",
            vendor="ge",
            modality="MR",
            patient="MR2",
            tags={"WindowCenter": None, "WindowWidth": None},
        ),
    )
    bright = film()
    yield chest_film(
        3,
        "PIX001",
        "a film that is stored inverted",
        pixels=bright.max() - bright,
        tags={"PhotometricInterpretation": "MONOCHROME1"},
    )
    yield chest_film(4, "PIX008", "a film with a look-up table", tags=modality_lut())
