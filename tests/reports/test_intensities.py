"""Values side by side: sites on one scale, and cases ranked by how far theirs are from the others'."""

from __future__ import annotations

import polars as pl
import pytest

from scan2train.figures.reduced import Reduced
from scan2train.figures.thumbnail import Thumbnail
from scan2train.reports.html.acquisitions import distributions_of_cases
from scan2train.reports.html.case import Case, Histogram, Look
from scan2train.reports.html.copies import in_words, largest_of, within_size
from scan2train.reports.html.intensities import intensities, with_unlikeness


def _case(key, middle, unit="HU", size=0):
    quantiles = tuple(middle + step for step in (-500.0, -100.0, 0.0, 100.0, 500.0))
    small = Reduced(
        shape=(2, 3, 4), spacing_mm=(1.0, 2.0, 3.0), physical=True, unit=unit, columns=2, picture=b"p" * size,
        labels=b"", names={}, greys=((0.0, 0.0), (1.0, 255.0)), windows=(("automatic", 0.5, 1.0),),
    )  # fmt: skip
    histogram = Histogram(counts=(1, 2), low=quantiles[0], high=quantiles[-1], unit=unit, quantiles=quantiles)
    look = Look(
        thumbnail=Thumbnail(jpeg=b"t" * 6000, width=9, height=9),
        histogram=histogram,
        reduced=small if size else None,
    )
    return Case(key=key, title=key, subtitle="", look=look)


def test_sites_are_summed_up_by_medians_on_one_scale():
    cases = [_case("a", 0), _case("b", 20), _case("c", 70), _case("d", 300), _case("e", 5, unit="a.u.")]
    kinds = {
        "a": ("CT", "north"),
        "b": ("CT", "north"),
        "c": ("CT", "north"),
        "d": ("CT", ""),
        "e": ("MR", "north"),
    }
    (found,) = intensities(cases, kinds)
    assert found.title == "CT, HU"
    assert [(site.name, site.volumes) for site in found.sites] == [("north", 3), ("not told", 1)]
    assert found.sites[0].quantiles == (-480.0, -80.0, 20.0, 120.0, 520.0)
    assert found.sites[0].medians == (0.0, 20.0, 70.0)
    assert (found.low, found.high) == (-480.0, 800.0)


def test_a_case_of_other_values_is_the_oddest_of_those_without_findings_and_says_why():
    cases = [_case(str(n), float(n % 3)) for n in range(12)] + [_case("odd", 400.0)]
    kinds = {case.key: ("CT", "") for case in cases}
    made = with_unlikeness(cases, kinds)
    ranked = sorted(made, key=lambda case: case.oddness, reverse=True)
    assert ranked[0].key == "odd"
    assert {case.unlike for case in ranked[1:]} == {0.0}
    ((name, words),) = ranked[0].facts
    assert name == "Values unlike others"
    assert "usually" in words
    # Seven of a kind tell nothing of what is usual.
    assert all(case.unlike == 0 for case in with_unlikeness(cases[-7:], kinds))


def test_copies_are_kept_while_there_is_room_the_oddest_first():
    cases = [_case(str(n), 0, size=3_000_000) for n in range(9)]
    kept = within_size(cases)
    able = [case.look.reduced is not None for case in kept]
    assert able == [True] * 6 + [False] * 3
    assert "the 6 oddest of 9" in in_words(kept, cases)
    few = [_case(str(n), 0, size=30_000) for n in range(9)]
    assert within_size(few) == few
    assert "oddest" not in in_words(few, few)
    assert in_words([], []) == ""
    sizes = [largest_of(n) for n in (1, 60, 61, 250, 251, 100_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[2] > sizes[4] == sizes[5]


def test_numbers_are_told_in_growing_order_and_many_in_even_steps():
    table = pl.DataFrame(
        {
            "state": ["done"] * 30, "split": ["train"] * 20 + ["test"] * 10, "modality": [None] * 30,
            "manufacturer": ["A"] * 30, "kernel_class": [""] * 30, "phase": ["arterial", "delayed"] * 15,
            "source_orientation": ["LPS"] * 30, "orientation": ["LPS"] * 30,
            "source_spacing_k_mm": [5.0] * 4 + [1.25] * 26, "source_spacing_i_mm": [0.5 + n / 50 for n in range(30)],
            "spacing_k_mm": [1.0] * 30, "spacing_i_mm": [None] * 30,
        }
    )  # fmt: skip
    found = {one.title: one.bars for one in distributions_of_cases(table)}
    assert set(found) == {
        "Split",
        "Phase of contrast",
        "Spacing along k before, mm",
        "Spacing along i before, mm",
    }
    assert found["Spacing along k before, mm"] == (("1.25", 26, 1.0), ("5", 4, pytest.approx(4 / 26)))
    steps = found["Spacing along i before, mm"]
    assert len(steps) == 8
    assert sum(n for _, n, _ in steps) == 30
    assert steps[0][0] == "0.5 to 0.573"
