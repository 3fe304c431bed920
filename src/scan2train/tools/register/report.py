"""What is known of an alignment, as ``report.json``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from scan2train._version import __version__
from scan2train.grid import FloatArray
from scan2train.knowledge.tolerances import NII002_SILENT_COSINE
from scan2train.tools.register.alike import Held
from scan2train.tools.register.bend import Jacobian
from scan2train.tools.register.itk import through
from scan2train.tools.register.options import RegisterOptions
from scan2train.tools.register.result import Fault, Stage, number
from scan2train.tools.register.scan import Scan
from scan2train.tools.register.starts import Start
from scan2train.volume import Mask, Volume


@dataclass(frozen=True, eq=False, kw_only=True)
class Known:
    """An alignment with all that it was made of.

    ``where`` is what was compared, ``body`` the patient, both over ``fixed``; ``linear`` a 4×4 in LPS+ mm, ``field``
    the displacement before it, a SimpleITK vector image, or ``None``; ``least_covered`` the share of the places that
    the moving scan must cover, 0 to 1.
    """

    fixed: Scan
    moving: Scan
    where: Mask
    body: Mask
    held: Held
    start: Start
    tried: Sequence[Start]
    stages: tuple[Stage, ...]
    linear: FloatArray
    field: Any
    jacobian: Jacobian
    least_covered: float
    notes: tuple[str, ...]


def report_of(
    known: Known,
    volumes: tuple[Volume, Volume],
    options: RegisterOptions,
    overlap: dict[str, dict[int, float]],
    wrong: Sequence[Fault],
    back: Any,
    *,
    jobs: int,
) -> dict[str, Any]:
    """All numbers in plain values; no name of a file or patient."""
    held = known.held
    from scan2train.tools.register.bend import composite

    end = held.through(composite(known.linear, known.field))
    found, seen_first = held.alike(known.moving, held.points)
    last, seen_last = held.alike(known.moving, end)
    away = np.linalg.norm(end - held.points, axis=1)
    again = np.linalg.norm(through(back, end) - held.points, axis=1)
    # Where the way back leaves the displacement's grid nothing can be known of it.
    inside = again[seen_last] if seen_last.any() else again
    return {
        "version": 1,
        "tool": {"name": "scan2train", "version": __version__},
        "versions": {name: version(name) for name in ("simpleitk", "numpy", "scipy")},
        "fixed": _about(volumes[0]),
        "moving": _about(volumes[1]),
        "options": options.to_json(),
        "jobs": jobs,
        "metric": {
            "name": str(held.metric),
            "held_positions": len(held.points),
            "as_found": number(found),
            "at_start": known.stages[0].to_json()["before"],
            "at_end": number(last),
            "covered_as_found": number(float(seen_first.mean())),
            "covered_at_end": number(float(seen_last.mean())),
        },
        "start": known.start.to_json(),
        "starts_tried": [one.to_json() for one in known.tried],
        "stages": [stage.to_json() for stage in known.stages],
        "linear_lps": known.linear.tolist(),
        "displacement_mm": _spread(away),
        "jacobian": known.jacobian.to_json(),
        "inverse": {"exact": known.field is None, "error_mm": _spread(inside)},
        "dice": {
            word: {str(value): number(share) for value, share in shares.items()}
            for word, shares in overlap.items()
        },
        "notes": list(_notes(known, volumes)),
        "faults": [fault.to_json() for fault in wrong],
    }


def _about(volume: Volume) -> dict[str, Any]:
    return {
        "shape": list(volume.grid.shape),
        "spacing_mm": [round(one, 6) for one in volume.grid.spacing],
        "orientation": volume.grid.orientation,
        "unit": volume.unit,
        "modality": volume.meta.get("modality"),
        "patient_position": volume.meta.get("patient_position"),
    }


def _notes(known: Known, volumes: tuple[Volume, Volume]) -> Iterator[str]:
    yield from known.notes
    if known.start.turned:
        yield (
            f"the two files disagree on where the patient's front, head or right is: the moving scan was turned by "
            f"{known.start.turn}"
        )
    for word, volume in zip(("fixed", "moving"), volumes, strict=True):
        if volume.grid.shear >= NII002_SILENT_COSINE:
            yield (
                f"the {word} grid is sheared: it was aligned on a straight copy; what is written was sampled once, "
                "from the voxels themselves"
            )


def _spread(values: FloatArray) -> dict[str, float | None]:
    return {
        "mean": number(float(values.mean())),
        "p95": number(float(np.percentile(values, 95))),
        "max": number(float(values.max())),
    }
