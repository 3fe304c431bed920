"""An image, and a set, in plain values: what is told of them before a slice is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scan2train._version import __version__
from scan2train.errors import GeometryError, WrongUse
from scan2train.grid import Grid
from scan2train.viewing.decisions import Decision
from scan2train.viewing.entry import Entry
from scan2train.viewing.finding_places import may_name_a_slice, place_of
from scan2train.viewing.image import Image
from scan2train.viewing.picture import picture_of
from scan2train.viewing.refused import refused_files
from scan2train.viewing.session import Session
from scan2train.viewing.windows import windows_of

#: Grids whose axes are farther from the patient's than this cosine are oblique.
_STRAIGHT = 0.9999


def describe_set(session: Session) -> dict[str, Any]:
    """The set and all its images, from headers alone; ``choices`` says what is wrong with the table of decisions."""
    wrong = session.decisions.wrong()
    try:
        decided = session.decisions.all()
    except WrongUse:  # scans can be looked at all the same
        decided = {}
    return {
        "title": session.opened.title,
        "kind": session.opened.kind,
        "version": __version__,
        "images": [_entry(one, session, decided) for one in session.entries.values()],
        "open": session.open,
        "second": session.second,
        "labels": session.labels,
        "refused": refused_files(session.opened),
        "choices": {"path": str(session.decisions.path), "wrong": "" if wrong is None else str(wrong)},
    }


def _entry(entry: Entry, session: Session, decided: Mapping[str, Decision]) -> dict[str, Any]:
    about = entry.about
    decision = decided.get(entry.decides, Decision())
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
        "findings": session.findings.counts(entry),
        "checked": session.findings.checked,
        "labels": [{"id": one.id, "name": one.name} for one in entry.labels],
        "decision": decision.choice or None,
        "remark": decision.remark,
    }


def describe_image(image: Image, session: Session) -> dict[str, Any]:
    """What is known of an open image: values, geometry, planes, windows, findings."""
    volume = image.volume
    grid = volume.grid
    entry = session.entry(image.id)
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
        "picture": picture_of(entry),
        "slice_thickness_mm": volume.meta.get("thickness_mm"),
        "times": image.times,
        "dimension": volume.meta.get("dimension") if image.times > 1 else None,
        "dimension_values": [str(one) for one in volume.meta.get("dimension_values", ())],
        "inverted": image.inverted,
        "colour": image.white > 0,
        "valid": volume.valid is not None,
        "range": image.range,
        "windows": windows_of(image),
        "planes": {
            mode: {name: planes.to_json() for name, planes in named.items()}
            for mode, named in image.planes.items()
        },
        "oblique": bool(abs(grid.direction).max(axis=0).min() < _STRAIGHT),
        "findings": findings_of(image, session),
        "looked_at": session.findings.looked_at(entry),
    }


def findings_of(image: Image, session: Session) -> list[dict[str, Any]]:
    """What is known now about an open image, each finding with the voxel that it is about."""
    entry = session.entry(image.id)
    found = session.findings.of(entry)
    row = entry.row() if found else None
    return [one.to_json() | {"index": place_of(one, row, image.volume.grid)} for one in found]


def describe_findings(session: Session) -> dict[str, Any]:
    """All findings of a set, each with the image that it is about; ``None`` for those about the set."""
    told = []
    for one, id_ in session.findings.everything():
        image = None if id_ is None else session.kept.ready(id_)
        index = None
        if id_ is not None and (
            image is not None or may_name_a_slice(one, str(session.entry(id_).about.get("path")))
        ):
            row = session.entry(id_).row()
            grid = image.volume.grid if image is not None else _grid_told(row)
            index = None if grid is None else place_of(one, row, grid)
        told.append(one.to_json() | {"image": id_, "index": index})
    return {"checked": session.findings.checked, "failed": session.findings.failed, "findings": told}


def _grid_told(row: Mapping[str, Any] | None) -> Grid | None:
    """The grid that a header tells, of a volume that is regular."""
    if row is None or row["irregular"] or not row["affine"]:
        return None
    try:
        return Grid((row["size_i"], row["size_j"], row["n_slices"]), np.reshape(row["affine"], (4, 4)))
    except GeometryError:
        return None
