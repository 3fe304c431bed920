"""What `check --task` prints is read by people and pasted into reports: a change must be deliberate.

``python tests/golden/test_golden_choice.py`` writes it anew.
"""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.testing.small import small_series, together

GOLDEN = Path(__file__).with_name("choice.txt")


def told(folder):
    """Two studies for ct-head-hemorrhage: one with and without contrast and an MR, one with contrast only."""

    def ct(number, words, **more):
        patient = more.get("patient", "P")
        return small_series(
            below=f"{patient}/{number}",
            series_number=number,
            series_description=words,
            **{"kernel": None, **more},
        )

    together(
        ct(1, "Head 2.5 W/O", manufacturer="SIEMENS", kernel="H31s"),
        ct(2, "Head 2.5 bone W/O", manufacturer="SIEMENS", kernel="H60s"),
        ct(3, "Head 2.5", tags={"ContrastBolusAgent": "OMNIPAQUE 350"}),
        ct(4, "T1 MPRAGE", modality="MR"),
        ct(1, "HEAD WITH CONTRAST", patient="Q"),
    )(folder / "scans")
    words = (
        "check",
        folder / "scans",
        "--task",
        "ct-head-hemorrhage",
        "--select",
        "ACQ004,ACQ006",
        "--no-cache",
    )
    options = ("--no-pixels", "--jobs", 1, "--choices-out", folder / "choices.csv")
    done = CliRunner().invoke(
        app, [str(word) for word in (*words, *options)], prog_name="scan2train", env={"COLUMNS": "100"}
    )
    assert done.exit_code == 1, done.output
    return done.stdout.replace(str(folder), "FOLDER")


def test_the_choice_is_told_as_it_was(tmp_path):
    assert told(tmp_path) == GOLDEN.read_text(encoding="utf-8")
    with (tmp_path / "choices.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["description"] for row in rows if row["choice"] == "accept"} == {"Head 2.5 W/O"}
    assert all(row["reason"] for row in rows)


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        GOLDEN.write_text(told(Path(place)), encoding="utf-8")
