"""The report: complete, escaped, bounded, and without a request to anywhere."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.reports.html.of_prepared import is_prepared, report_of_prepared
from scan2train.reports.html.of_source import report_of_source
from scan2train.reports.html.write import render, write_report
from scan2train.testing.small import small_nifti, small_series, together
from scan2train.volume import Labels
from scan2train.write import write

EVIL = "</h3><script>alert(1)</script><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def count(self, tag):
        return sum(one == tag for one, _ in self.tags)

    @property
    def text(self):
        return " ".join(self.words)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    together(
        small_series(tags={"SliceThickness": "1.6", "SeriesDescription": EVIL, "Manufacturer": "A\x1b[31mB"}),
        small_series("PIR", below="gap", patient="B", drop=(3,)),
        small_nifti("case.nii.gz"),
    )(folder)
    (folder / "<b>notes<b>.txt").write_text("no image")
    return folder


@pytest.fixture(scope="module")
def report(source):
    return report_of_source(index(source, cache=False), [source], jobs=1)


@pytest.fixture(scope="module")
def page(report):
    return Page(render(report))


def test_every_volume_has_a_card_and_every_readable_one_a_picture(report, page):
    cards = [attrs for tag, attrs in page.tags if tag == "article"]
    assert len(cards) == len(report.cases) == 3
    assert [bool(case.look.thumbnail) for case in report.cases].count(True) == 2
    refused = next(case for case in report.cases if not case.look.thumbnail)
    assert refused.look.refused
    assert refused.gaps_mm.count(max(refused.gaps_mm)) == 1


def test_findings_are_there_with_their_advice(report, page):
    assert {"GEO008"} <= {group.code for group in report.groups}
    for group in report.groups:
        assert group.message[1:] in page.text
        assert group.advice in page.text


def test_the_worst_comes_first(report):
    ranks = [case.oddness[0] for case in report.cases]
    assert ranks == sorted(ranks, reverse=True)


def test_text_of_headers_and_names_stays_text(page):
    assert page.count("script") == 1
    assert "<b>notes<b>.txt" in page.text
    assert "alert(1)" in page.text
    assert not any("onerror" in attrs for _, attrs in page.tags)
    assert "\x1b" not in page.text
    assert r"\x1b[31m" in page.text


def test_nothing_is_asked_of_anybody(report, page):
    for tag, attrs in page.tags:
        for name in ("src", "href", "action", "data", "srcset"):
            value = attrs.get(name) or "#"
            assert value.startswith(("#", "data:image/jpeg;base64,")), (tag, value)
    assert not re.search(r"https?://|@import|url\(", render(report))
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


def test_the_same_source_gives_the_same_page(source, report):
    assert render(report_of_source(index(source, cache=False), [source], jobs=2)) == render(report)


def test_a_prepared_set_shows_what_was_done(tmp_path):
    small_nifti("case.nii.gz")(tmp_path / "scans")
    recipe = Recipe.from_toml('[[step]]\ndo = "resample"\nspacing_mm = [1.5, 1.6, 2.0]\n')
    prepare(tmp_path / "scans", recipe, tmp_path / "ready", jobs=1)
    assert is_prepared(tmp_path / "ready")
    assert not is_prepared(tmp_path / "scans")
    write_report(report_of_prepared(tmp_path / "ready", jobs=1), tmp_path / "pages" / "ready.html")
    page = Page((tmp_path / "pages" / "ready.html").read_text(encoding="utf-8"))
    assert page.count("img") >= 1
    assert any(word.startswith(("to_grid:", "resample:")) for word in page.words)
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["ready.html"]


@pytest.mark.parametrize("store", ["nifti", "npy", "zarr", "b2nd"])
def test_a_prepared_case_is_drawn_as_it_was_made_in_any_store(tmp_path, store):
    """With its unit, its mask of real data and the names of its labels."""
    scans = tmp_path / "scans"
    small_series("PIR")(scans)
    volume = read(scans)
    shown = np.zeros(volume.grid.shape, np.uint8)
    shown[2:5, 3:6, 2:4] = 1
    labels = Labels(array=shown, grid=volume.grid, names={1: "liver"})
    write(labels, scans / "mask.dcm", "seg", reference=volume)
    recipe = Recipe.from_toml('[[step]]\ndo = "pad_or_crop"\nshape = [30, 28, 26]\n')
    prepare(scans, recipe, tmp_path / "ready", jobs=1, store=store)
    (case,) = report_of_prepared(tmp_path / "ready", jobs=1).cases
    look = case.look
    assert look.refused == ""
    assert look.thumbnail
    assert look.histogram.unit == "HU"
    assert sum(look.histogram.counts) == volume.array.size  # and not the padding
    assert look.reduced.windows[0][0] != "automatic"
    assert [(one.value, one.name) for one in look.labels] == [(1, "liver")]


def test_of_a_case_without_its_image_nothing_else_is_drawn(tmp_path, monkeypatch):
    small_nifti("case.nii.gz")(tmp_path / "scans")
    recipe = Recipe.from_toml('[[step]]\ndo = "reorient"\nto = "RAS"\n')
    prepare(tmp_path / "scans", recipe, tmp_path / "ready", jobs=1)
    monkeypatch.chdir(tmp_path / "scans")  # where one scan lies, which is another
    (folder,) = (tmp_path / "ready" / "cases").iterdir()
    account = folder / "account.json"
    image = folder / "image.nii.gz"
    image.unlink()
    (case,) = report_of_prepared(tmp_path / "ready", jobs=1).cases
    assert (case.look.thumbnail, case.look.reduced) == (None, None)
    assert "image" in case.look.refused
    told = json.loads(account.read_text())
    account.write_text(json.dumps(told | {"files": {}}))
    (case,) = report_of_prepared(tmp_path / "ready", jobs=1).cases
    assert case.look.refused == "the case has no image"
    account.write_text("{")
    (case,) = report_of_prepared(tmp_path / "ready", jobs=1).cases
    assert case.look.refused == "the account of a case cannot be read"
    account.unlink()
    (case,) = report_of_prepared(tmp_path / "ready", jobs=1).cases
    assert case.look.refused == "its account is not there"
