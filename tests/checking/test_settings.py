"""Settings: which file holds, what it may say, and that data brings no programs."""

import time
from pathlib import Path

import pytest

from odd_findings import ODD, index_of
from scan2train.checking.per_path import matches, without_ignored
from scan2train.checking.places import Places
from scan2train.checking.settings import settings_of
from scan2train.checking.settings_file import find_settings, read_settings
from scan2train.errors import WrongUse

WHOLE = """
[check]
select = ["GEO", "PIX001"]
ignore = ["GEO012"]
fail-on = "warning"
task = "ct-lung"
baseline = "known.json"
rules = ["our-rules"]
pixels = false
format = "sarif"
[check.per-path-ignores]
"legacy/**" = ["GEO012", "PIX"]
"""


def test_all_keys_are_read():
    found = settings_of(WHOLE, Path("/lab/scan2train.toml"))
    assert (found.select, found.ignore, found.fail_on) == (("GEO", "PIX001"), ("GEO012",), "warning")
    assert (found.task, found.pixels, found.format) == ("ct-lung", False, "sarif")
    assert (found.baseline, found.rules) == (Path("/lab/known.json"), (Path("/lab/our-rules"),))
    assert found.per_path_ignores == (("legacy/**", ("GEO012", "PIX")),)
    own = WHOLE.replace('"ct-lung"', '"tasks/own.toml"')
    assert settings_of(own, Path("/lab/scan2train.toml")).task == "/lab/tasks/own.toml"
    table = WHOLE.replace("[check", "[tool.scan2train.check")
    assert settings_of(f"[tool.other]\nx = 1\n{table}", Path("/lab/pyproject.toml")).select == found.select


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check]\nselct = []", ("check.selct", "select")),
        ("[check]\nfail_on = 'error'", ("check.fail_on", "fail-on")),
        ("select = ['GEO']", ("setting select", "check.select")),
        ("[chek]", ("setting chek", "Near: check")),
        ("[check]\nselect = 'GEO'", ("check.select", "a list of texts")),
        ("[check]\nselect = [1]", ("check.select", "a list of texts")),
        ("[check]\npixels = 1", ("check.pixels", "true or false")),
        ("[check]\npixels = 'no'", ("check.pixels", "true or false")),
        ("[check]\nfail-on = 'warnings'", ("check.fail-on", "Did you mean 'warning'?")),
        ("[check]\nformat = 'jsno'", ("check.format", "Did you mean 'json'?")),
        ("[check]\ntask = 3", ("check.task", "a task's name")),
        ("[check]\nbaseline = ''", ("check.baseline", "the name of a file")),
        ("[check.per-path-ignores]\n'a' = 'GEO'", ("check.per-path-ignores.'a'", "a list of texts")),
        ("[check]\nper-path-ignores = []", ("check.per-path-ignores", "a table of lists")),
        ("check = 1", ("setting check ", "a table")),
        ("[check", ("not TOML",)),
    ],
)
def test_what_cannot_be_meant_names_file_and_key(text, said):
    with pytest.raises(WrongUse) as raised:
        settings_of(text, Path("/lab/scan2train.toml"))
    assert str(raised.value).startswith("/lab/scan2train.toml: ")
    assert all(words in str(raised.value) for words in said), str(raised.value)


def test_keys_in_pyproject_are_named_whole():
    with pytest.raises(WrongUse, match=r"tool\.scan2train\.check\.selct"):
        settings_of("[tool.scan2train.check]\nselct = 1", Path("pyproject.toml"))


@pytest.fixture
def lab(tmp_path):
    """A working folder ``lab/work`` below ``lab``, and data elsewhere."""
    (tmp_path / "lab" / "work").mkdir(parents=True)
    (tmp_path / "set" / "scans").mkdir(parents=True)
    return tmp_path


def write(path, text="[check]\nignore = ['GEO']\n"):
    path.write_text(text, encoding="utf-8")
    return path


def found(lab):
    return find_settings([lab / "set" / "scans"], lab / "lab" / "work").file


def test_the_nearest_file_above_the_working_folder_holds_and_then_that_of_the_data(lab):
    assert found(lab) is None
    inside = write(lab / "set" / "scans" / "scan2train.toml")
    assert found(lab) == inside
    above = write(lab / "lab" / "pyproject.toml", "[tool.scan2train.check]\n")
    assert found(lab) == above
    write(lab / "lab" / "work" / "pyproject.toml", "[tool.ruff]\n")
    assert found(lab) == above
    nearest = write(lab / "lab" / "work" / "scan2train.toml")
    write(lab / "lab" / "work" / "pyproject.toml", "[tool.scan2train.check]\n")
    assert found(lab) == nearest


def test_several_sources_share_the_folder_above_them(lab):
    (lab / "set" / "more").mkdir()
    write(lab / "set" / "more" / "scan2train.toml")
    above = write(lab / "set" / "scan2train.toml")
    sources = [lab / "set" / "scans", lab / "set" / "more"]
    assert find_settings(sources, lab / "lab").file == above


RULES = "[check]\nrules = ['own']\n"


@pytest.mark.parametrize("place", ["set/scans", "set"])
def test_a_file_that_came_with_the_data_brings_no_programs(lab, place):
    file = write(lab / place / "scan2train.toml", RULES)
    with pytest.raises(WrongUse, match="--config"):
        found(lab)
    assert read_settings(file).rules == (lab / place / "own",)


def test_nor_does_one_in_a_source_that_a_person_stands_in(lab):
    write(lab / "set" / "scans" / "scan2train.toml", RULES)
    with pytest.raises(WrongUse, match="--config"):
        find_settings([lab / "set" / "scans"], lab / "set" / "scans")


def test_a_persons_own_file_brings_rules(lab):
    write(lab / "lab" / "scan2train.toml", RULES)
    (lab / "lab" / "scans").mkdir()
    assert find_settings([lab / "lab" / "scans"], lab / "lab").rules == (lab / "lab" / "own",)


def test_files_that_are_none_are_refused(lab):
    with pytest.raises(WrongUse, match="no such settings file"):
        read_settings(lab / "nowhere.toml")
    (lab / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WrongUse, match="not text"):
        read_settings(lab / "bytes.toml")
    (lab / "long.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(WrongUse, match="too long"):
        read_settings(lab / "long.toml")


@pytest.mark.parametrize(
    ("path", "pattern", "meant"),
    [
        ("legacy", "legacy/**", True),
        ("legacy/a/b.dcm", "legacy/**", True),
        ("legacy2/a", "legacy/**", False),
        ("x/legacy/a", "legacy/**", False),
        ("x/legacy/a", "**/legacy/**", True),
        ("legacy/a", "**/legacy/**", True),
        ("x/y/legacy", "x/**/legacy", True),
        ("x/legacy", "x/**/legacy", True),
        ("a/b/c.nii", "*.nii", True),
        ("a.nii/c", "*.nii", True),
        ("a/b/c.nii.gz", "*.nii", False),
        ("a/b/c", "a/*", True),
        ("a/b/c", "*/c", False),
        ("a/b", "a/?", True),
        ("a/b", "a", True),
        ("a/b", "a/", True),
        ("a/b", "b", True),
        ("a[1]/b", "a[1]/*", True),
        ("a1/b", "a[1]/*", False),
        (".", "**", True),
        ("a/b", "**", True),
        ("a/b", "./a/b", True),
    ],
)
def test_patterns(path, pattern, meant):
    assert matches(Path(path), pattern) is meant


@pytest.mark.parametrize(
    ("pattern", "words", "left"),
    [
        ("a b/**", ["GEO"], ["FIL008", "SET001"]),
        ("a b/**", ["missing-slices"], ["FIL008", "SET001"]),
        ("data/a b/**", ["GEO004"], ["FIL008", "SET001"]),
        ("other/a b/**", ["GEO004"], ["GEO004", "FIL008", "SET001"]),
        ("a b/**", ["GEO003"], ["GEO004", "FIL008", "SET001"]),
        ("**", ["GEO", "FIL", "SET"], ["SET001"]),
    ],
)
def test_ignoring_by_path_as_told_and_as_seen_from_the_settings(tmp_path, pattern, words, left):
    places = Places(index_of(tmp_path / "data"))
    assert [one.code for one in without_ignored(ODD, [(pattern, words)], places, tmp_path)] == left


@pytest.mark.parametrize("pattern", ["*a" * 30 + "b", "/".join(["**", "*a"] * 20) + "/b", "**/" * 30 + "b"])
def test_a_pattern_that_came_with_the_data_is_matched_at_once(pattern):
    began = time.process_time()
    assert not matches(Path("/".join(["a" * 60] * 30)[1:]), pattern)
    assert time.process_time() - began < 1
