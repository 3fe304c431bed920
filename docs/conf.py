"""How the site is built. Reference pages are written by ``_ext/generated`` from the code itself."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from scan2train import __version__

project = "scan2train"
author = "The scan2train developers"
copyright = "The scan2train developers"  # noqa: A001 - the name that Sphinx looks for
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "generated",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
python_use_unqualified_type_names = True
napoleon_google_docstring = False

html_theme = "furo"
html_title = f"scan2train {__version__}"
html_show_sourcelink = False
