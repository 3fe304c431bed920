"""Write all cases, run all readers, print the table: ``cd benchmarks && python -m planted [-o FILE.md]``.

Needs, beside scan2train: SimpleITK, monai, torchio, highdicom, dicom2nifti and the wheel dcm2niix.
"""

from __future__ import annotations

import argparse
import pickle
import re
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from planted.cases import CASES, Planted
from planted.judge import Given, verdict
from planted.readers import READERS

_SIGN = {"right": "right", "refused": "refused", "warned": "wrong, with a warning", "wrong": "**wrong**"}
_HEAD = """# Planted faults, reader by reader

Each row is a DICOM series of {size} phantom slices or frames with one thing planted; every value tells its place,
so that a volume can be judged on whatever grid it comes. *Right*: every voxel within the scan has the value of its
place, and nothing is lost. *Refused*: an error, or nothing at all. *Wrong*: a volume that is not what was scanned,
with nothing said; *with a warning*: the same, and some warning was printed. Where no right answer exists (marked
†), refusing is all that can be done. Every reader was called as its documentation shows, with no option that hides
a choice.

Made by `benchmarks/planted`, with {versions}.

"""


def main() -> None:
    """Run the comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-o", type=Path, help="where to write the table; standard output if not given")
    options.add_argument("--readers", default=",".join(READERS))
    given = options.parse_args()
    readers = given.readers.split(",")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "cases"
        for number, case in enumerate(CASES):
            (folder / str(number)).mkdir(parents=True)
            case.build(folder / str(number))
        judged = {reader: _judged(reader, folder, Path(place) / reader) for reader in readers}
    text = _table(readers, judged)
    if given.o:
        given.o.write_text(text, encoding="utf-8")
    else:
        print(text)
    for reader in readers:
        for case, (word, fault) in zip(CASES, judged[reader], strict=True):
            print(f"{reader:18} {word:8} {case.name}: {fault}", file=sys.stderr)


def _judged(reader: str, folder: Path, out: Path) -> list[tuple[str, str]]:
    out.mkdir()
    while len(list(out.glob("*.pickle"))) < len(
        CASES
    ):  # a reader that ends its process goes on after that case
        subprocess.run([sys.executable, "-m", "planted.work", reader, folder, out], check=False)
    return [_judge(case, out / str(number)) for number, case in enumerate(CASES)]


def _judge(case: Planted, stem: Path) -> tuple[str, str]:
    volumes: list[Given] | None
    volumes, error = pickle.loads(stem.with_suffix(".pickle").read_bytes())
    log = stem.with_suffix(".log").read_text(errors="replace")
    warned = bool(re.search(r"warn|error|non.?uniform|missing", log, re.IGNORECASE))
    word, fault = verdict(volumes, case.truths, case.may, warned=warned)
    return word, fault or error


def _table(readers: list[str], judged: dict[str, list[tuple[str, str]]]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in readers if " " not in name)
    lines = [_HEAD.format(size=10, versions=versions)]
    lines += ["| planted | " + " | ".join(readers) + " |", "| --- |" + " --- |" * len(readers)]
    for number, case in enumerate(CASES):
        words = [_SIGN[judged[reader][number][0]] for reader in readers]
        lines.append(f"| {case.name}{'' if case.truths else ' †'} | " + " | ".join(words) + " |")
    for word, told in _SIGN.items():
        counts = [str(Counter(w for w, _ in judged[reader])[word]) for reader in readers]
        lines.append(f"| *{told.strip('*')}, in all* | " + " | ".join(counts) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
