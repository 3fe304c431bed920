"""The page itself: one file, whatever was in the headers shown as text, and nothing asked of any server."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from scan2train._version import __version__
from scan2train.figures.reduced import Reduced
from scan2train.figures.thumbnail import Thumbnail
from scan2train.reports.escape import shown
from scan2train.reports.html import drawing
from scan2train.reports.html.acquisitions import headings
from scan2train.reports.html.report import Report

#: Cards that are on the page before more are asked for.
_AT_FIRST = 60


def render(report: Report) -> str:
    """The page as text."""
    here, viewer = files("scan2train.reports.html"), files("scan2train.figures")
    template = here.joinpath("page.html").read_text("utf-8")
    style = here.joinpath("style.css").read_text("utf-8") + viewer.joinpath("viewer.css").read_text("utf-8")
    script = viewer.joinpath("viewer.js").read_text("utf-8") + here.joinpath("script.js").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_safe
    )
    environment.filters |= {
        "data_uri": _data_uri,
        "prose": _prose,
        "histogram": drawing.histogram,
        "gaps": drawing.gaps,
        "spread": drawing.spread,
        "scan": _scan,
    }
    return environment.from_string(template).render(
        report=report,
        headings=headings(),
        version=__version__,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_digest(style),
        script_hash=_digest(script),
        at_first=_AT_FIRST,
    )


def write_report(report: Report, path: Path) -> None:
    """Write the page; it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(render(report), encoding="utf-8")
    temporary.replace(path)


def _safe(value: object) -> object:
    """Text without control characters; markup is ours, and stays."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else shown(value)


def _prose(text: str) -> Markup:
    """Escaped text, with what stands between backticks, single or double, as code."""
    parts = [escape(shown(part)) for part in text.replace("``", "`").split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 and at < len(parts) - 1 else part
        for at, part in enumerate(parts)
    )


def _data_uri(picture: Thumbnail) -> Markup:
    return Markup("data:image/jpeg;base64,") + Markup(base64.b64encode(picture.jpeg).decode())  # noqa: S704 - base64


def _scan(small: Reduced) -> Markup:
    """What the viewer is given; JSON has no character that is not seen."""
    return escape(json.dumps(small.to_json(), separators=(",", ":")))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
