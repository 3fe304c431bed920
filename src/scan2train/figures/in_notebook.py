"""How a volume is shown by a notebook: as a picture, or as a page that scrolls."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from scan2train.figures.reduced import reduced
from scan2train.figures.sheet import as_png as png_of
from scan2train.figures.three_planes import three_planes
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.figures.window import Window

_LARGEST, _QUALITY = 160, 85
_WIDTH_IN, _DPI = 9.0, 90.0
#: Whatever is labelled is white.
_LABELLED = (0.5, 1.0)


def as_png(volume: Volume) -> bytes:
    """Three planes; labels are cut where something is labelled, and coloured."""
    labels = volume if isinstance(volume, Labels) else None
    figure = three_planes(
        volume, labels, window=None if labels is None else _LABELLED, fill=True, width_in=_WIDTH_IN, dpi=_DPI
    )
    return png_of(figure)


def as_page(volume: Volume, labels: Labels | None, window: Window) -> str | None:
    """A frame that scrolls through a reduced copy; none where there is but one slice.

    The frame may run its own script and nothing else: it is shut off from the notebook and from any server.
    """
    small = reduced(volume, labels, largest=_LARGEST, window=window, quality=_QUALITY)
    if small is None:
        return None
    here = files("scan2train.figures")
    style = "body { margin: 0; font: 14px system-ui, sans-serif; }\n" + here.joinpath("viewer.css").read_text(
        "utf-8"
    )
    script = here.joinpath("viewer.js").read_text("utf-8") + (
        'viewScan(document.querySelector(".scan"), JSON.parse(document.querySelector("[data-scan]").dataset.scan));\n'
    )
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_digest(style)}'; "
        f"script-src 'sha256-{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    page = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{style}</style></head>'
        '<body data-scan="{data}"><div class="scan"></div><script>{script}</script></body></html>'
    ).format(
        policy=policy,
        style=Markup(style),  # noqa: S704 - a file of this package
        data=json.dumps(small.to_json()),
        script=Markup(script),  # noqa: S704 - a file of this package
    )
    # The frame's page stands in an attribute, and is escaped once more as a whole.
    return (
        '<iframe sandbox="allow-scripts" title="A volume in three planes" width="100%" height="470" '
        f'frameborder="0" srcdoc="{escape(str(page))}"></iframe>'
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
