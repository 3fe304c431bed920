"""Series that hold something else than one scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scan2train.demo.hospital.anatomy import chest, film, head, projected, scout
from scan2train.demo.hospital.entry import Entry, chest_entry
from scan2train.testing.dicom_uids import uid
from scan2train.testing.of_volume import enhanced_of, film_of, series_of
from scan2train.testing.small import together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scan2train.testing.small import Build


def bad_series() -> Iterator[Entry]:
    """Faults of the rules SER."""
    yield Entry(
        where="ct/chest-31",
        about="two phases in one series",
        code="SER001",
        build=_two_in_one("ct/chest-31", ({"AcquisitionNumber": 1}, {"AcquisitionNumber": 2})),
    )
    kernels = ({"ConvolutionKernel": "B30f"}, {"ConvolutionKernel": "B70f"})
    yield Entry(
        where="ct/chest-32",
        about="a smooth and a sharp kernel in one series",
        code="SER002",
        build=_two_in_one("ct/chest-32", kernels),
    )
    volume, _ = chest(33)
    yield chest_entry(
        33,
        "SER007",
        "18 slices where the header promises 24",
        chest(33, shape=(80, 68, 24))[0],
        drop=range(6),
        tags={"ImagesInAcquisition": 24},
    )
    yield Entry(
        where="ct/scout-34/scout.dcm",
        about="a localizer",
        code="SER003",
        build=series_of(
            scout(volume),
            "ct/scout-34",
            file_names=["scout.dcm"],
            patient="CT34",
            series_description="Topogram",
            tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        ),
    )
    yield Entry(
        where="ct/screen-35.dcm",
        about="a screenshot",
        code="SER004",
        build=film_of(
            film()[:120, :150],
            "ct/screen-35.dcm",
            modality="OT",
            pixel_mm=None,
            patient="CT35",
            series_description="Screen Save",
        ),
    )
    yield Entry(
        where="ct/mip-36/mip.dcm",
        about="a maximum intensity projection",
        code="SER005",
        build=series_of(
            projected(volume),
            "ct/mip-36",
            file_names=["mip.dcm"],
            vendor="philips",
            patient="CT36",
            series_description="MIP COR",
            tags={"ImageType": ["DERIVED", "SECONDARY", "MIP"]},
        ),
    )
    window = {"WindowCenter": "300", "WindowWidth": "600"}
    yield Entry(
        where="mr/head-03.dcm",
        about="a whole scan in one enhanced multi-frame file",
        code="SER006",
        build=enhanced_of(head(), "mr/head-03.dcm", patient="MR3", tags=window),
    )


def _two_in_one(below: str, tags: tuple[dict[str, Any], dict[str, Any]]) -> Build:
    """Two scans that say they are one series; ``tags`` tell them apart."""
    patient = below.rpartition("-")[2]

    def part(number: int, own: dict[str, Any]) -> Build:
        volume, _ = chest(40 + number)
        n = volume.grid.shape[2]

        def both(k: int) -> dict[str, Any]:
            return {
                "SeriesInstanceUID": uid("demo", below),
                "SeriesNumber": 1,
                "InstanceNumber": number * n + k + 1,
                **own,
            }

        return series_of(
            volume,
            below,
            patient=f"CT{patient}",
            series_number=number + 1,
            file_names=lambda rank: f"I{number * n + rank:04d}",
            tags=both,
        )

    return together(*(part(number, own) for number, own in enumerate(tags)))
