"""A model of ComBat as JSON, exact to the last bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.tools.harmonize.design import Covariate
from scan2train.tools.harmonize.location_scale import Standard

if TYPE_CHECKING:
    from scan2train.tools.harmonize.combat import Combat

_FORMAT = "scan2train combat 1"


def to_json(model: Combat) -> dict[str, Any]:
    """Plain values."""
    return {
        "format": _FORMAT,
        "batch": model.batch,
        "features": list(model.features),
        "covariates": [{"name": one.name, "levels": list(one.levels)} for one in model.covariates],
        "reference": model.reference,
        "eb": model.eb,
        "mean_only": model.mean_only,
        "mean": model.standard.mean.tolist(),
        "variance": model.standard.variance.tolist(),
        "slopes": model.standard.slopes.tolist(),
        "shift": {name: one.tolist() for name, one in model.shift.items()},
        "scale": {name: one.tolist() for name, one in model.scale.items()},
        "rows": dict(model.rows),
        "left": dict(model.left),
    }


def fields_of(data: Any) -> dict[str, Any]:
    """The fields of a model, from what :func:`to_json` gave.

    Raises
    ------
    WrongUse
        If it is something else.
    """
    if not isinstance(data, Mapping) or data.get("format") != _FORMAT:
        raise WrongUse("this is no model of ComBat", expected=f'"format": "{_FORMAT}"')
    count = len(data["features"])
    fields = {name: data[name] for name in ("batch", "reference", "eb", "mean_only", "rows", "left")}
    standard = Standard(
        mean=np.array(data["mean"]).reshape(count),
        variance=np.array(data["variance"]).reshape(count),
        slopes=np.array(data["slopes"]).reshape(-1, count),
    )
    return {
        **fields,
        "features": tuple(data["features"]),
        "covariates": tuple(
            Covariate(name=one["name"], levels=tuple(one["levels"])) for one in data["covariates"]
        ),
        "standard": standard,
        "shift": {name: np.array(data["shift"][name]).reshape(count) for name in data["rows"]},
        "scale": {name: np.array(data["scale"][name]).reshape(count) for name in data["rows"]},
    }


def save(model: Combat, path: Path) -> None:
    """Write, whole or not at all."""
    text = json.dumps(to_json(model), indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path) as file:
        file.write(text.encode() + b"\n")


def load_fields(path: Path) -> dict[str, Any]:
    """Read; raises as :func:`fields_of`, also where the file is not JSON."""
    try:
        return fields_of(json.loads(path.read_text(encoding="utf-8")))
    except WrongUse as error:
        raise WrongUse(error.message, where=path, expected=error.expected) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongUse("the model cannot be read", where=path, found=error) from error
