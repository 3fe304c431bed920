"""``scan2train doctor``: what is installed, and what it can decode."""

from __future__ import annotations

import platform

import typer

from scan2train._version import __version__
from scan2train.cli.manners import guarded
from scan2train.cli.show_table import print_table

_NEEDED = (
    *("numpy", "numba", "polars", "pydicom", "highdicom", "imagecodecs", "isal", "blosc2"),
    *("scipy", "scikit-learn", "pillow", "matplotlib", "nibabel", "SimpleITK"),
)
_EXTRAS = ("torch", "monai", "torchio", "distributed")

#: Transfer syntaxes of still images (PS3.6 annex A): UID, name, and the codec of imagecodecs that decodes it, where
#: it takes more than what is built in.
SYNTAXES = (
    ("1.2.840.10008.1.2", "Implicit VR Little Endian", ""),
    ("1.2.840.10008.1.2.1", "Explicit VR Little Endian", ""),
    ("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", ""),
    ("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", ""),
    ("1.2.840.10008.1.2.2", "Explicit VR Big Endian", ""),
    ("1.2.840.10008.1.2.5", "RLE Lossless", ""),
    ("1.2.840.10008.1.2.4.50", "JPEG Baseline", "JPEG"),
    ("1.2.840.10008.1.2.4.51", "JPEG Extended", "JPEG"),
    ("1.2.840.10008.1.2.4.57", "JPEG Lossless", "JPEG"),
    ("1.2.840.10008.1.2.4.70", "JPEG Lossless, first-order prediction", "JPEG"),
    ("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "JPEGLS"),
    ("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", "JPEGLS"),
    ("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", "JPEG2K"),
    ("1.2.840.10008.1.2.4.91", "JPEG 2000", "JPEG2K"),
    ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", "HTJ2K"),
    ("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless, RPCL", "HTJ2K"),
    ("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", "HTJ2K"),
    ("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", "JPEGXL"),
    ("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", "JPEGXL"),
    ("1.2.840.10008.1.2.4.112", "JPEG XL", "JPEGXL"),
    ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression", ""),
)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("doctor")(guarded(doctor))


def doctor() -> None:
    """Show what is installed, and which transfer syntaxes are decoded."""
    typer.echo(f"scan2train {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
    print_table(("package", "version"), [(name, _installed(name) or "missing") for name in _NEEDED])
    typer.echo()
    print_table(("extra", "version"), [(name, _installed(name) or "not installed") for name in _EXTRAS])
    typer.echo()
    rows = [
        (name, uid, "yes" if _decodes(codec) else f"no: {codec} is missing") for uid, name, codec in SYNTAXES
    ]
    print_table(("transfer syntax", "UID", "decoded"), rows)


def _installed(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _decodes(codec: str) -> bool:
    if not codec:
        return True
    try:
        import imagecodecs
    except ImportError:
        return False
    return bool(getattr(imagecodecs, codec).available)
