"""An image, and a set, in plain values: what is told of them before a slice is asked for."""

from __future__ import annotations

from typing import Any

from scan2train._version import __version__
from scan2train.viewing.entry import Entry
from scan2train.viewing.image import Image
from scan2train.viewing.session import Session
from scan2train.viewing.windows import windows_of

#: Grids whose axes are farther from the patient's than this cosine are oblique.
_STRAIGHT = 0.9999


def describe_set(session: Session) -> dict[str, Any]:
    """The set and all its images, from headers alone."""
    return {
        "title": session.opened.title,
        "kind": session.opened.kind,
        "version": __version__,
        "images": [_entry(one) for one in session.entries.values()],
        "open": session.open,
        "second": session.second,
        "labels": session.labels,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    about = entry.about
    return {
        "id": entry.id,
        "name": entry.name,
        "patient": about["patient"] or "",
        "study": about["study_uid"] or "",
        "series": about["series_uid"] or "",
        "description": about["description"] or "",
        "modality": about["modality"] or "",
        "shape": entry.shape,
        "spacing_mm": entry.spacing_mm,
        "orientation": about["orientation"] or "",
        "role": about["role"] or "",
        "times": entry.times,
        "findings": {"error": 0, "warning": 0, "info": 0},
        "labels": [{"id": one.id, "name": one.name} for one in entry.labels],
        "decision": None,
        "remark": "",
    }


def describe_image(image: Image) -> dict[str, Any]:
    """What is known of an open image: values, geometry, planes, windows, findings."""
    volume = image.volume
    grid = volume.grid
    return {
        "id": image.id,
        "name": image.name,
        "unit": volume.unit,
        "dtype": str(volume.array.dtype),
        "channels": image.channels,
        "shape": grid.shape,
        "affine": grid.affine.tolist(),
        "spacing_mm": grid.spacing,
        "orientation": grid.orientation,
        "physical": grid.physical,
        "slice_thickness_mm": volume.meta.get("thickness_mm"),
        "times": image.times,
        "dimension": volume.meta.get("dimension") if image.times > 1 else None,
        "dimension_values": [str(one) for one in volume.meta.get("dimension_values", ())],
        "inverted": volume.meta.get("photometric") == "MONOCHROME1",
        "valid": volume.valid is not None,
        "range": image.range,
        "windows": windows_of(image),
        "planes": {
            mode: {name: planes.to_json() for name, planes in named.items()}
            for mode, named in image.planes.items()
        },
        "oblique": bool(abs(grid.direction).max(axis=0).min() < _STRAIGHT),
        "findings": [],
    }
