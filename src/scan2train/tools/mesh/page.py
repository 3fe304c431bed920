"""A surface as a page that turns it: one file, with nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scan2train.formats.atomic import replacing
from scan2train.tools.mesh.surface import Surface


def render(surface: Surface, title: str, lines: Sequence[str]) -> str:
    """The page as text; what it is told is shown as text, whatever stands in it."""
    here = files("scan2train.tools.mesh")
    template, style, script = (
        here.joinpath(name).read_text("utf-8") for name in ("page.html", "page.css", "page.js")
    )
    middle = (surface.points.min(axis=0) + surface.points.max(axis=0)) / 2
    data = (surface.points - middle).astype("<f4").tobytes() + surface.faces.astype("<u4").tobytes()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(template).render(
        title=_plain(title),
        lines=[_plain(line) for line in lines],
        points=len(surface.points),
        faces=len(surface.faces),
        data=base64.b64encode(data).decode(),
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_digest(style),
        script_hash=_digest(script),
    )


def write_page(surface: Surface, path: Path, title: str, lines: Sequence[str]) -> None:
    """Write the page, whole or not at all."""
    with replacing(path) as file:
        file.write(render(surface, title, lines).encode())


def _plain(text: str) -> str:
    """One line without characters that are not seen."""
    return "".join(one if one.isprintable() else "·" for one in text)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
