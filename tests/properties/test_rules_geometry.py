"""Faults planted into stacks of any direction and order are found under their code; sound stacks are left in peace."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scan2train.check import check
from scan2train.finding import Severity
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.testing.dicom_plane import StackPlanes
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small_places import changed_slice, doubled_slice, shifted_slice
from scan2train.testing.strategies import grids
from scan2train.volume import Volume

PLACES = ("GEO001", "GEO002", "GEO003", "GEO004", "GEO005", "GEO013")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A series to be written: its grid, an inner slice, and in which order its files and numbers are."""

    grid: Grid
    k: int
    options: dict[str, Any]

    @property
    def gap(self) -> float:
        return StackPlanes(grid=self.grid).gap_mm

    def build(self, **more: Any) -> Callable[[Path], object]:
        values = np.random.default_rng(3).integers(0, 900, self.grid.shape).astype(np.int16)
        volume = Volume(array=values, grid=self.grid)
        return lambda folder: write_dicom_series(volume, folder, **self.options, **more)


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    grid = draw(grids(min_size=6, max_size=11, shear=True))
    options = {
        "order": draw(st.sampled_from(["shuffled", "position", "reverse"])),
        "numbers": draw(st.sampled_from(["shuffled", "position", "reverse"])),
        "modality": draw(st.sampled_from(["CT", "MR", "PT"])),
        "seed": draw(st.integers(0, 99)),
    }
    return Stack(grid=grid, k=draw(st.integers(1, grid.shape[2] - 2)), options=options)


def found(build: Callable[[Path], object]) -> dict[str, Any]:
    """The findings of the rules about places, by code; one of each at most, as there is one fault at most."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        findings = check(index(folder, cache=False), select=PLACES, pixels=False)
    by_code = {one.code: one for one in findings}
    assert len(by_code) == len(findings)
    return by_code


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks())
def test_a_sound_stack_has_no_fault_of_place(stack: Stack) -> None:
    assert found(stack.build()) == {}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.data())
def test_missing_slices_are_counted_where_they_are_missing(stack: Stack, data: st.DataObject) -> None:
    n = stack.grid.shape[2]
    # Most gaps stay as they were: the usual one is that of the scan.
    last = data.draw(st.integers(stack.k, min(n - 2, stack.k + n - 5)))
    (one,) = found(stack.build(drop=range(stack.k, last + 1))).values()
    missing = last - stack.k + 1
    assert (one.code, one.severity, one.affects) == ("GEO004", Severity.ERROR, missing)
    assert f"{missing} slice{'s' * (missing > 1)} missing" in one.seen
    assert f"{stack.gap * (missing + 1):.4g} mm after slice" in one.seen


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.floats(0.06, 0.7), st.sampled_from([1, -1]))
def test_an_uneven_gap_is_named(stack: Stack, part: float, sign: int) -> None:
    part *= sign
    assume(part > -0.6)
    (one,) = found(stack.build(place=lambda k: k + part * (k >= stack.k))).values()
    assert (one.code, one.severity, one.affects) == ("GEO003", Severity.ERROR, 1)
    assert f"{stack.gap * (1 + part):.4g} mm after slice" in one.seen


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.floats(0.1, 0.9))
def test_a_gap_between_the_thresholds_is_told_and_one_below_them_is_not(stack: Stack, way: float) -> None:
    silent, beyond = max(0.02, 0.005 * stack.gap), min(0.2, 0.05 * stack.gap)
    assume(beyond > 1.2 * silent)
    told = silent + way * (beyond - silent)
    (one,) = found(stack.build(place=lambda k: k + told / stack.gap * (k >= stack.k))).values()
    assert (one.code, one.severity, one.affects) == ("GEO003", Severity.INFO, 1)
    quiet = 0.9 * silent
    assert found(stack.build(place=lambda k: k + quiet / stack.gap * (k >= stack.k))) == {}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.floats(0.5, 9))
def test_a_slice_out_of_line_is_found(stack: Stack, mm: float) -> None:
    (one,) = found(shifted_slice(stack.build(), stack.k, mm)).values()
    assert (one.code, one.severity) == ("GEO003", Severity.ERROR)
    assert "within their planes" in one.message


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.booleans())
def test_a_slice_that_is_there_twice_is_found(stack: Stack, other: bool) -> None:
    (one,) = found(doubled_slice(stack.build(), stack.k, other_pixels=other)).values()
    severity = Severity.ERROR if other else Severity.WARNING
    assert (one.code, one.severity, one.affects) == ("GEO005", severity, 1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.integers(2, 170))
def test_a_slice_turned_within_its_plane_is_found(stack: Stack, degrees: int) -> None:
    def turn(header: Any) -> None:
        row, column = np.array(header.ImageOrientationPatient, dtype=np.float64).reshape(2, 3)
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turned = (*(cosine * row + sine * column), *(cosine * column - sine * row))
        header.ImageOrientationPatient = [f"{x:.10f}" for x in turned]

    one = found(changed_slice(stack.build(), stack.k, turn))["GEO002"]
    assert (one.severity, one.affects) == (Severity.ERROR, 1)


@pytest.mark.parametrize(
    ("off", "severity"),
    [(5e-5, None), (5e-4, Severity.INFO), (0.01, Severity.WARNING), (0.05, Severity.ERROR)],
)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stack=stacks())
def test_axes_that_are_off_are_graded(stack: Stack, off: float, severity: Severity | None) -> None:
    orientation = np.array(StackPlanes(grid=stack.grid).orientation)
    orientation[3:] *= 1 + off
    tags = {"ImageOrientationPatient": [f"{x:.10f}" for x in orientation]}
    codes = {code: one.severity for code, one in found(stack.build(extra_tags=tags)).items()}
    assert codes == ({} if severity is None else {"GEO013": severity})
