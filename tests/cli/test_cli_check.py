"""The audit on the command line: what it prints, where, and how it ends."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import scan2train
from scan2train.cli.app import app
from scan2train.testing.small import small_nifti, small_series, together


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


def check(folder, *words):
    return run("check", folder, "--no-cache", "--jobs", 1, *words)


@pytest.fixture
def scans(tmp_path):
    """A CT with gaps (a warning, GEO008) beside overlapping MR (an info), and a file that is cut off."""
    folder = tmp_path / "scans"
    folder.mkdir()
    together(
        small_series(tags={"SliceThickness": "1.6"}, below="ct"),
        small_series(tags={"SliceThickness": "5"}, below="mr", modality="MR", patient="OTHER"),
    )(folder)
    return folder


@pytest.mark.parametrize(
    ("limit", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0), (None, 0)]
)
def test_the_exit_code_follows_fail_on(scans, limit, code):
    words = () if limit is None else ("--fail-on", limit)
    done = check(scans, "--select", "GEO008", "--no-pixels", *words)
    assert done.exit_code == code, done.output
    assert "GEO008" in done.stdout


def test_an_error_is_a_failure_and_an_ignored_one_is_none(scans):
    (scans / "ct" / "IM0003.dcm").write_bytes(b"")
    assert check(scans, "--select", "FIL,GEO008", "--no-pixels").exit_code == 1
    assert check(scans, "--select", "FIL,GEO008", "--ignore", "FIL001", "--no-pixels").exit_code == 0
    assert check(scans, "--select", "FIL", "--fail-on", "never").exit_code == 0


def test_json_is_as_it_was_promised(scans):
    (scans / "notes.txt").write_text("hello")
    done = check(scans, "--select", "GEO008", "--no-pixels", "--format", "json")
    told = json.loads(done.stdout)
    assert list(told) == ["version", "tool", "sources", "summary", "findings"]
    assert told["version"] == 1
    assert told["tool"] == {"name": "scan2train", "version": scan2train.__version__}
    assert told["sources"] == [str(scans)]
    assert told["summary"] == {
        "files": 17,
        "instances": 16,
        "series": 2,
        "volumes": 2,
        "skipped": 1,
        "findings": {"error": 0, "warning": 1, "info": 1},
    }
    keys = ["code", "name", "severity", "scope", "where", "message", "advice", "seen", "expected", "affects"]
    assert [list(one) for one in told["findings"]] == [keys, keys]
    first = told["findings"][0]
    assert (first["code"], first["name"], first["severity"], first["scope"], first["affects"]) == (
        "GEO008",
        "thickness-is-not-spacing",
        "warning",
        "volume",
        1,
    )
    assert first["where"]["path"] == "ct"
    assert set(first["where"]) == {"path", "series_uid", "volume"}
    assert [one["severity"] for one in told["findings"]] == ["warning", "info"]


def test_nothing_found_says_so(tmp_path):
    small_nifti()(tmp_path)
    done = check(tmp_path)
    assert done.exit_code == 0
    assert done.stdout.startswith("Nothing to tell. 1 volume from 1 file, ")
    told = json.loads(check(tmp_path, "--format", "json").stdout)
    assert told["findings"] == []


@pytest.mark.parametrize("fill", [(), ("notes.txt",)])
def test_a_source_without_images_ends_with_2_and_prints_its_object(tmp_path, fill):
    for name in fill:
        (tmp_path / name).write_text("hello")
    done = check(tmp_path, "--format", "json")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert told["summary"]["skipped"] == len(fill)
    assert told["summary"]["volumes"] == 0
    assert "no image was found" in done.stderr


@pytest.mark.parametrize("word", ["text", "json"])
def test_the_result_goes_to_a_file_where_one_is_named(scans, tmp_path, word):
    words = ("--select", "GEO008", "--no-pixels", "--format", word)
    done = check(scans, *words, "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert done.stdout == ""
    text = (tmp_path / "out").read_text(encoding="utf-8")
    if word == "json":
        assert json.loads(text) == json.loads(check(scans, *words).stdout)
    else:
        assert text.startswith("warning GEO008 thickness-is-not-spacing\n")


def test_a_file_that_cannot_be_written_is_wrong_use(scans, tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert check(scans, "--select", "GEO008", "-o", tmp_path / "file" / "out").exit_code == 2


@pytest.mark.parametrize("name", ["new.json", "series/IM0000.dcm"])
def test_a_result_is_never_written_into_a_source(tmp_path, name):
    small_series()(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert check(tmp_path, "--no-pixels", "-o", tmp_path / name).exit_code == 2
    report = ["report", str(tmp_path), "-o", str(tmp_path / "page.html")]
    assert CliRunner().invoke(app, report, prog_name="scan2train").exit_code == 2
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_one_source_without_an_image_among_others_is_said(tmp_path):
    small_series()(tmp_path / "scans")
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "readme.txt").write_text("no image")
    done = check(tmp_path / "scans", tmp_path / "junk", "--no-pixels")
    assert done.exit_code == 2
    assert "junk: no image was found" in done.stderr
    assert "scans: no image" not in done.stderr


def test_json_is_printed_also_where_nothing_can_be_checked(tmp_path):
    done = check(tmp_path / "nowhere", "--format", "json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["findings"] == []


def test_hostile_text_and_names_are_escaped(tmp_path):
    wild = "=\x1b[2J\u202egpj.exe"
    tags = {"SpecificCharacterSet": "ISO_IR 192", "SeriesDescription": wild, "SliceThickness": "1.6"}
    small_series(tags=tags, below="a\x1b[31m\nb", file_names=lambda n: f"\r{n}.txt")(tmp_path)
    done = check(tmp_path, "--no-pixels", "--select", "FIL,GEO008")
    assert {"FIL007", "FIL008", "GEO008"} <= set(done.stdout.split())
    assert not set(done.stdout) & set("\x1b\r\u202e")
    assert r"a\x1b[31m\nb" in done.stdout
    assert r"'=\x1b[2J\u202egpj.exe'" in done.stdout
    written = check(tmp_path, "--no-pixels", "--format", "json").stdout
    assert not set(written) & set("\x1b\r\u202e")
    assert json.loads(written)["findings"][0]["where"]["path"] == "a\x1b[31m\nb"


def test_a_format_that_is_not_there_is_wrong_use(scans):
    done = check(scans, "--format", "sarff")
    assert done.exit_code == 2
    assert "Did you mean sarif?" in done.stderr


def test_an_unknown_code_lists_near_ones(scans):
    for done in (check(scans, "--select", "GEO080"), run("explain", "GEO080")):
        assert done.exit_code == 2
        assert "GEO008" in done.stderr


@pytest.mark.parametrize("word", ["GEO008", "geo008", "thickness-is-not-spacing"])
def test_a_rule_is_explained_by_code_or_name(word):
    done = run("explain", word)
    assert done.exit_code == 0
    assert done.stdout.startswith("GEO008 thickness-is-not-spacing\n")
    for title in ("What it finds", "Why it matters", "What to do", "References", "Examples"):
        assert f"\n{title}\n{'-' * len(title)}\n" in done.stdout
    assert "  near miss  4 % thinner" in done.stdout


def test_pages_say_whether_pixels_are_looked_at():
    assert "Looks at headers; tells more where pixels are decoded" in run("explain", "FIL004").stdout
    assert "pixels are decoded" not in run("explain", "FIL006").stdout


def test_all_rules_are_listed():
    from scan2train.rule.load import built_in

    done = run("explain", "--all")
    assert done.exit_code == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        [rule.code, rule.name] for rule in built_in()
    ]


def test_explaining_nothing_is_wrong_use():
    assert run("explain").exit_code == 2


def test_a_task_shows_its_choice_in_text_alone_and_writes_it_anywhere(scans, tmp_path):
    plain = check(scans, "--select", "GEO008", "--no-pixels", "--task", "mr-brain")
    assert "For mr-brain" in plain.stdout
    assert "1 of 2 volumes are taken" in plain.stdout
    table = tmp_path / "choices.csv"
    told = check(
        *(scans, "--select", "GEO008", "--no-pixels", "--task", "mr-brain"),
        *("--format", "json", "--choices-out", table),
    )
    assert list(json.loads(told.stdout)) == ["version", "tool", "sources", "summary", "findings"]
    assert table.read_text().startswith("volume,choice,")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--task", "ct-lungs"), "ct-lung"),
        (("--choices-out", "choices.csv"), "--task"),
        (("--task", "none.toml"), "cannot read the task"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused_before_the_walk(scans, options, words):
    done = check(scans, *options)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_choice_is_not_written_into_a_source(scans):
    done = check(scans, "--task", "ct-lung", "--choices-out", scans / "choices.csv")
    assert done.exit_code == 2
    assert not (scans / "choices.csv").exists()


def test_volumes_that_a_person_rejected_are_left_out(scans, tmp_path):
    table = scan2train.index(scans, cache=False).volumes.select("volume", "modality")
    ct = dict(table.select("modality", "volume").iter_rows())["CT"]
    choices = tmp_path / "choices.csv"
    choices.write_text(f"volume,choice,remark\n{ct},reject,gaps\n")
    told = json.loads(check(scans, "--select", "GEO008", "--no-pixels", "--format", "json").stdout)
    kept = json.loads(
        check(scans, "--select", "GEO008", "--no-pixels", "--format", "json", "--choices", choices).stdout
    )
    assert [one["severity"] for one in told["findings"]] == ["warning", "info"]
    assert [one["severity"] for one in kept["findings"]] == ["info"]
    choices.write_text("volume,choice\nnone,reject\n")
    done = check(scans, "--choices", choices)
    assert (done.exit_code, "names no volume" in done.stderr) == (2, True)
