"""The index over files that lie: it finishes, names what is wrong, and reads nothing it should not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scan2train.errors import NoImages
from scan2train.index import index

#: What can be seen in a header, and the oddities that name it where the file is read all the same.
WORDS = {
    "no-preamble": "no-preamble",
    "no-meta": "no-meta",
    "pixel-length": "pixel-length-differs",
    "executable-preamble": "executable-preamble",
    "nonzero-preamble": "nonzero-preamble",
    "missing-transfer-syntax": "missing-transfer-syntax",
    "unknown-transfer-syntax": "unknown-transfer-syntax",
    "meta-group-length": "meta-length-wrong",
    "odd-length": "odd-length",
    "duplicate-element": "duplicate-element",
    "unknown-charset": "unknown-charset",
    "undecodable-text": "undecodable-text",
    "bad-date": "bad-date",
    "element-count": "many-items",
}
#: Faults that no header shows: they are for those who decode pixels, or put slices together.
NOT_IN_A_HEADER = {"codec", "zero-spacing", "no-pixel-data", "not-dicom"}
#: Fragments as long as they say, which expand to more than a frame.
NOT_IN_ITS_HEADER = {"rle_bomb"}


def dicom_cases(hostile: Path) -> list[dict]:
    cases = [json.loads(line) for line in (hostile / "expect.jsonl").read_text().splitlines()]
    found = [case for case in cases if case["fmt"] == "dicom" and case["kind"] == "file"]
    return [case for case in found if case["id"] not in NOT_IN_ITS_HEADER]


@pytest.fixture(scope="module")
def whole(hostile: Path):
    return index(hostile, cache=False)


@pytest.fixture(scope="module")
def by_path(whole):
    rows = {row["path"]: row for row in whole.instances.iter_rows(named=True)}
    skipped = {row["path"]: row for row in whole.skipped.iter_rows(named=True)}
    return rows, skipped


@pytest.mark.usefixtures("whole")  # kernels are compiled by now
def test_the_whole_folder_takes_seconds(hostile: Path):
    start = time.perf_counter()
    index(hostile, cache=False)
    assert time.perf_counter() - start < 30


def test_every_file_is_either_an_instance_or_skipped(by_path, hostile: Path):
    rows, skipped = by_path
    files = {str(path.relative_to(hostile)) for path in hostile.rglob("*") if path.is_file()}
    assert not rows.keys() & skipped.keys()
    assert rows.keys() | skipped.keys() == files


def test_what_must_be_rejected_by_its_header_is_skipped_with_a_fitting_code(by_path, hostile: Path):
    _, skipped = by_path
    wrong = []
    for case in dicom_cases(hostile):
        if case["expect"] not in ("reject", "skip") or case["finding"] in NOT_IN_A_HEADER:
            continue
        row = skipped.get(case["path"])
        fits = row is not None and (
            not case["codes"] or row["code"] in case["codes"] or case["expect"] == "skip"
        )
        if not fits:
            wrong.append((case["id"], case["finding"], case["codes"], row and (row["code"], row["message"])))
    assert not wrong


def test_what_is_no_image_gives_no_instance(by_path, hostile: Path):
    rows, _ = by_path
    assert not [
        case["id"] for case in dicom_cases(hostile) if case["expect"] == "skip" and case["path"] in rows
    ]


def test_what_is_valid_is_an_instance(by_path, hostile: Path):
    rows, skipped = by_path
    lost = [
        (case["id"], skipped[case["path"]]["message"])
        for case in dicom_cases(hostile)
        if case["expect"] in ("read", "warn") and case["path"] not in rows
    ]
    assert not lost


def test_what_is_odd_about_a_header_is_noted(by_path, hostile: Path):
    rows, _ = by_path
    silent = [
        (case["id"], WORDS[case["finding"]], rows[case["path"]]["oddities"])
        for case in dicom_cases(hostile)
        if case["finding"] in WORDS and case["path"] in rows and "/real/" not in case["path"]
        if WORDS[case["finding"]] not in rows[case["path"]]["oddities"]
    ]
    assert not silent


@pytest.mark.parametrize(
    "name", ["path_rel", "path_abs", "path_win", "path_dot", "path_empty", "path_long", "no_sopuid"]
)
def test_identifiers_that_are_none_are_noted(name: str, by_path):
    oddities = by_path[0][f"synth/dicom/{name}.dcm"]["oddities"]
    assert {"invalid-uid", "missing-uid"} & set(oddities)


def test_each_file_alone_gives_what_it_gives_among_others(by_path, hostile: Path):
    rows, _ = by_path
    for path in sorted((hostile / "synth" / "dicom").iterdir()):
        if f"synth/dicom/{path.name}" in rows:
            assert index(path, cache=False).instances.height == 1
        else:
            with pytest.raises(NoImages, match=re.escape(path.name)):
                index(path, cache=False)


def test_no_file_outside_the_folder_is_opened(hostile: Path):
    """The whole run is traced: apart from the package and its caches, only files of the folder are opened."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from scan2train.index import index\n"
        "seen = []\n"
        "sys.addaudithook(lambda name, args: seen.append(str(args[0])) if name == 'open' else None)\n"
        f"index({str(hostile / 'synth' / 'dicom')!r}, cache=False)\n"
        "assert not [path for path in seen if 'secret.bin' in path]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300)


def test_memory_stays_small(hostile: Path):
    script = (
        "import resource, sys\n"
        "from scan2train.index import index\n"
        f"index({str(hostile / 'synth' / 'dicom' / 'ctl_le_exp.dcm')!r}, cache=False)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"index({str(hostile / 'synth' / 'dicom')!r}, cache=False)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=300
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout.split()[-1]) * unit < 256 << 20


def test_sources_stay_as_they_are(hostile: Path):
    folder = hostile / "synth" / "dicom"
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}
    index(folder, cache=False)
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}
