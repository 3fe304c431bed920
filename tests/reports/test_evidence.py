"""Pictures of the fault itself: the right slices, the right marks, and not too many."""

import io
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from PIL import Image

from odd_findings import ODD
from scan2train.check import check
from scan2train.figures.evidence import inverted, marked, smallest_piece, tilted_slices, uneven_slices
from scan2train.figures.thumbnail import Thumbnail
from scan2train.finding import Where
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.recipe import Recipe
from scan2train.reports.html.evidence import Evidence, _wanted, evidence_for
from scan2train.reports.html.of_source import _report
from scan2train.reports.html.write import render
from scan2train.rule.load import built_in
from scan2train.testing.small import small_series
from scan2train.volume import Labels, Volume


def volume(array, spacing=(1.0, 2.0, 3.0), **more):
    return Volume.from_array(np.asarray(array), spacing=spacing, **more)


def ramp(shape=(5, 6, 7)):
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


def test_invented_slices_are_marked_and_left_out_beside():
    valid = np.ones((5, 6, 7), bool)
    valid[:, :, 2:4] = False
    stacked, true = uneven_slices(volume(ramp()).replace(valid=valid))
    assert (stacked.image.shape, true.image.shape) == ((5, 6), (7, 6))
    # The head is on top, so that slices 2 and 3 of 7 are rows 4 and 3.
    assert np.flatnonzero(true.outlines[1].all(axis=1)).tolist() == [3, 4]
    assert not true.outlines[1][[0, 1, 2, 5, 6]].any()
    assert stacked.outlines == {}
    assert np.array_equal(stacked.image, true.image[[0, 1, 2, 5, 6]])


def test_a_column_that_stood_upright_leans_where_the_tilt_is_lost():
    affine = np.diag([1.0, 1.0, 3.0, 1.0])
    affine[1, 2] = 1.0
    array = np.zeros((12, 12, 6), np.int16)
    for k in range(6):
        array[:, 8 - k, k] = 100
    tilted = Volume(array=array, grid=Grid(array.shape, affine))
    straight, _ = Recipe.from_toml('[[step]]\ndo = "detilt"\n').run(tilted)
    left, right = tilted_slices(tilted, straight)
    leaning = [np.flatnonzero(row > 50).tolist() for row in left.image]
    upright = [np.flatnonzero(row > 50).tolist() for row in right.image]
    assert [row[0] - leaning[0][0] for row in leaning] in ([0, 1, 2, 3, 4, 5], [0, -1, -2, -3, -4, -5])
    assert upright == [upright[0]] * 6
    assert len(upright[0]) == 1


def test_the_slice_with_the_most_marks_is_shown():
    wrong = np.zeros((5, 6, 7), bool)
    wrong[0, 0, 1] = wrong[1:3, 2, 5] = True
    plain, shown = marked(volume(ramp()), wrong)
    assert plain.outlines == {}
    assert shown.outlines[1].sum() == 2
    assert set(shown.image[shown.outlines[1]].tolist()) == {int(ramp()[i, 2, 5]) for i in (1, 2)}
    assert marked(volume(ramp()), np.zeros((5, 6, 7), bool)) == ()


def test_a_film_is_turned_around_the_window():
    film = volume(ramp((5, 6, 1)))
    stored, meant = inverted(film, (10.0, 20.0))
    assert np.array_equal(meant.image, 20.0 - stored.image)


def test_the_smallest_island_is_framed():
    array = np.zeros((40, 40, 5), np.uint8)
    array[10:20, 10:20, 1:4] = 1
    array[30, 31, 2] = 3
    (plane,) = smallest_piece(Labels.from_array(array, names={1: "a", 3: "b"}))
    assert plane.outlines[2].sum() == 1
    assert plane.outlines[1].sum() == 48
    array[30, 31, 2] = 0
    assert smallest_piece(Labels.from_array(array, names={1: "a"})) == ()


@pytest.fixture(scope="module")
def gap(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gap")
    small_series(drop=(3,))(folder)
    return folder


def test_a_gap_is_shown_and_what_cannot_be_read_is_left_out(gap):
    found = index(gap, cache=False)
    (finding,) = check(found, select=["GEO004"], pixels=False)
    gone = found.volumes.with_columns(source=pl.lit("/nowhere"), volume=pl.lit("gone"))
    both = replace(found, volumes=pl.concat([found.volumes, gone]))
    lost = replace(finding, where=Where(volume="gone"))
    shown = evidence_for([finding, lost], both, jobs=1)
    assert list(shown) == [("GEO004", finding.where.volume)]
    picture = Image.open(io.BytesIO(shown["GEO004", finding.where.volume].picture.jpeg)).convert("RGB")
    red = np.asarray(picture).astype(int)
    red = red[..., 0] - red[..., 2] > 60
    assert red[:, : picture.width // 2 - 4].sum() == 0
    assert red[:, picture.width // 2 :].any()


def test_a_picture_of_the_fault_stands_on_the_page(gap):
    found = index(gap, cache=False)
    findings = check(found, select=["GEO004"], pixels=False)
    drawn = Evidence(picture=Thumbnail(jpeg=b"jpeg", width=40, height=30), caption="what is red")
    key = ("GEO004", findings[0].where.volume)
    page = render(_report(found, [gap], findings, {}, {key: drawn}, built_in()))
    assert page.count('class="shot evidence"') == 1
    assert page.count("what is red") == 2


def test_pictures_are_few():
    many = [replace(ODD[0], where=Where(volume=f"v{n}"), message=f"message {n // 9}") for n in range(200)]
    wanted = list(_wanted(many, {f"v{n}": n for n in range(200)}))
    assert len(wanted) == 36
    assert [name for _, name in wanted[:4]] == ["v0", "v1", "v2", "v9"]
