"""Where tests find the scans that are too large, or too strange, to live in the repository."""

from __future__ import annotations

import gc
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from needed import missing
from one_at_a_time import one_at_a_time

_HERE = Path(__file__).parent
_SHARED = Path(__file__).resolve().parents[2] / "shared"

#: Folders and files that would take the README's command past eight minutes: the marker ``long``.
_LONG = (
    *("figures/test_in_browser.py", "figures/test_show.py"),
    *("audit/", "differential/", "evaluating/", "hostile/", "properties/", "real/", "replaying/"),
    *(
        "cli/test_cli_harmonize.py",
        "cli/test_cli_walk.py",
        "cohort/test_envelope.py",
        "cohort/test_parity.py",
        "reports/test_html.py",
        "reports/test_html_in_browser.py",
    ),
    *("preparing/test_decoder_crash.py", "preparing/test_fit_recipe.py", "preparing/test_prepare_cut_off.py"),
    *("rules/test_checking.py", "rules/test_headers_and_pixels.py", "testing/test_of_volume.py"),
    *(
        "test_demo.py",
        "test_label_objects.py",
        "tools/test_clean.py",
        "tools/test_features_for_combat.py",
        "tools/test_lungs_of_odd_scans.py",
        "tools/test_mesh.py",
        "tools/test_mesh_figure.py",
        "tools/test_register",
        "tools/test_segment_lungs.py",
        "labelling/",
        "viewing/",
        "web/",
    ),
)

settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is long, before anything is chosen by its marks."""
    for item in items:
        if item.path.relative_to(_HERE).as_posix().startswith(_LONG):
            item.add_marker("long")


def pytest_collection_finish() -> None:
    """Ten thousand tests are no garbage: looking at them again and again would be a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_flushing() -> Iterator[None]:
    """No test loses its power: waiting for the disk would be a third of the time of those that prepare a set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the unpacked real scans."""
    given = os.environ.get("SCAN2TRAIN_REAL_DATA")
    if given and Path(given).is_dir():
        return Path(given)
    unpack = _SHARED / "data" / "unpack"
    if not unpack.is_file():
        missing(f"no real scans: neither SCAN2TRAIN_REAL_DATA nor {unpack} is there")
    with one_at_a_time("real-data"):
        done = subprocess.run([str(unpack)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{unpack} ended with {done.returncode}: {done.stderr}")
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the unpacked broken and hostile files, with ``expect.jsonl`` in it."""
    archive = _SHARED / "hostile" / "hostile.tar.xz"
    if not archive.is_file():
        missing(f"no hostile files: {archive} is not there")
    folder = tmp_path_factory.mktemp("hostile")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="tar")
    return folder / "hostile"
