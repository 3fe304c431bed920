"""How much is too much: the numbers that reading, checking and the tests share.

Every constant belongs to one rule, which its name begins with. Lengths are millimetres, ratios are plain numbers.
"""

from __future__ import annotations

from typing import Final

# Grouping slices into stacks.

#: Largest difference of a direction cosine between slices of one stack: rounding, not another orientation.
SAME_ORIENTATION: Final = 1e-3
#: Largest relative difference of a pixel spacing between slices of one stack.
SAME_SPACING: Final = 1e-3
#: Slices closer than this along their normal are at one place (GEO005).
GEO005_SAME_PLACE_MM: Final = 0.02

# GEO003 uneven-slice-spacing: how far a gap may be from the usual one.

#: Silent up to the larger of these two: an absolute difference, and a part of the usual gap.
GEO003_SILENT_MM: Final = 0.02
GEO003_SILENT_PART: Final = 0.005
#: Worth knowing while within both of these; beyond either the stack is uneven.
GEO003_INFO_MM: Final = 0.2
GEO003_INFO_PART: Final = 0.05

#: GEO004 missing-slices: a gap within this part of a whole multiple (2 or more) of the usual gap.
GEO004_MULTIPLE_PART: Final = 0.10

#: GEO006 gantry-tilt: silent while the shear over the whole stack stays below this many pixels.
GEO006_SILENT_PIXELS: Final = 0.5

# GEO013 nonorthogonal-axes: deviation of the cosines from unit length, or of their product from 0.
GEO013_SILENT: Final = 1e-4
GEO013_INFO: Final = 1e-3
GEO013_WARNING: Final = 0.02

#: Positions beyond this are no place in a scanner (a kilometre, in mm).
ABSURD_POSITION_MM: Final = 1e6
#: Pixels larger than this are no pixels of a scan, in mm.
ABSURD_SPACING_MM: Final = 1e3

# PIX002 missing-rescale: a rescale of CT beyond these is none.

PIX002_SLOPE_MOST: Final = 1e3
PIX002_INTERCEPT_MOST_HU: Final = 1e5
#: Stored values must be able to say air, near −1000 HU, and water, 0 HU.
PIX002_AIR_HU: Final = -900.0
PIX002_WATER_HU: Final = 0.0

#: PIX011 odd-window: a LINEAR window is at least so wide (PS3.3 C.11.2.1.2.1).
PIX011_WIDTH_LEAST: Final = 1.0

# GEO008 thickness-is-not-spacing: a gap or an overlap, as a part of the thickness.
GEO008_GAP_INFO: Final = 0.05
GEO008_GAP_WARNING: Final = 0.10
#: And how far Spacing Between Slices may be from the distance of the positions, as a part of it.
GEO008_SPACING_PART: Final = 0.05

# GEO012 anisotropic: largest by smallest spacing.
GEO012_INFO: Final = 2.0
GEO012_WARNING: Final = 3.0

# GEO009 spacing-source: two pixel spacings that differ by no more than this part are one, rounded.
GEO009_SAME_PART: Final = 1e-3

#: SER002 mixed-series: numbers of a header that differ by no more than this part are one number.
SER002_SAME_PART: Final = 0.01

# LAB001 label-grid-mismatch: how far apart corners may be, in voxels of the image.
LAB001_SILENT_VOXELS: Final = 0.01
LAB001_INFO_VOXELS: Final = 0.5

# LAB004 stray-components: an island is none if it is as large as either of these.
LAB004_SILENT_VOXELS: Final = 20
LAB004_SILENT_PART: Final = 0.01

# NII001 sform-qform-differ: how far apart the two put a corner, in voxels.
NII001_SILENT_VOXELS: Final = 0.01
NII001_INFO_VOXELS: Final = 0.5

# NII002 sheared-or-singular-affine.

#: Cosine between two axes from which on they count as sheared.
NII002_SILENT_COSINE: Final = 1e-4
#: Worth knowing while no voxel moves further than this, in voxels, where the shear is dropped.
NII002_INFO_VOXELS: Final = 0.5

#: NII003 odd-scaling: how far pixdim may be from the spacing of the sform, as a part of it.
NII003_SPACING_PART: Final = 1e-3

# SET001 mixed-spacing: largest by smallest spacing of the volumes of one data set.
SET001_WARNING: Final = 1.5
SET001_ERROR: Final = 3.0

# PIX005 undeclared-padding: a constant in the corners of a CT's slices.

#: Nothing is below this but padding: air is −1000 HU, and scanners that cut off store −1024 at the lowest.
PIX005_NEVER_HU: Final = -1100.0
#: A constant between the two may be padding, or air that was cut off in an unusual place.
PIX005_AIR_HU: Final = -1024.0
#: So many pixels along both axes of a corner are one value; noise never is.
PIX005_BLOCK: Final = 3

# ACQ008 suv-impossible: between which numbers a patient, a dose and a nuclide are. Beyond, a unit was mistaken.

ACQ008_WEIGHT_KG: Final = (0.01, 650.0)
ACQ008_HEIGHT_M: Final = (0.2, 2.8)
ACQ008_DOSE_BQ: Final = (1e6, 1e11)
ACQ008_HALF_LIFE_S: Final = (1.0, 1e8)
#: Nobody scans what is left after so many half-lives: a date or time is wrong.
ACQ008_MOST_HALF_LIVES: Final = 10
#: Times of one scan's beginning agree within so many seconds.
ACQ008_CLOCKS_S: Final = 60.0

# ACQ001 kernel-unknown: noise power at 0.36 to 0.5 cycles/mm by that at 0.12 to 0.25. White noise has 1; kernels for
# the body have 0.2 to 0.8, those for lung and bone 1 and more.

#: No sharp kernel leaves less: what bears the name of one was smoothed, or never was sharp.
ACQ001_SMOOTH_GRAIN: Final = 0.25
#: And no smooth or standard kernel leaves more.
ACQ001_SHARP_GRAIN: Final = 2.5

# ACQ005 gating-missing: between which percentages of the way from one R wave to the next the heart rests, in
# end-systole and in diastole.
ACQ005_REST_PERCENT: Final = ((30.0, 50.0), (60.0, 85.0))

# ACQ003 contrast-phase-unclear: when after the start of an injection a scan may begin. Clocks are off by some seconds.
ACQ003_EARLIEST_S: Final = -5.0
ACQ003_LATEST_S: Final = 7200.0

# SET002 outlier-volume: robust z, the distance from the median by the spread of the group.

SET002_WARNING: Final = 5.0
SET002_ERROR: Final = 10.0
#: So many volumes of one kind tell what is usual.
SET002_LEAST: Final = 8
#: The spread is taken as at least this part of the median, so that sets of one protocol are not torn apart by rounding.
SET002_SPREAD_PART: Final = 0.05

#: REP002 large-file-in-git: bytes above which a file belongs into LFS; hosts refuse files not much larger.
REP002_BYTES: Final = 100_000_000

# PIX007 implausible-values: where the peaks of a CT's histogram lie, in HU.

#: Air and lung; the air around a body of lungs alone is lung.
PIX007_AIR_HU: Final = (-1150.0, -650.0)
#: Fat to tissue full of contrast medium.
PIX007_TISSUE_HU: Final = (-250.0, 350.0)
#: Both peaks off by more than this, to the same side, are off the scale.
PIX007_SHIFT_HU: Final = 100.0
#: Scanners store up to 3071 HU at least; what piles up at a lower end was cut off afterwards.
PIX007_RANGE_TOP_HU: Final = 2900.0
#: So much of a body at the very highest value was cut off.
PIX007_CLIPPED_PART: Final = 0.01

#: GEO010 position-disagrees: at least so far does a direction go along the letter that names it (cosine).
GEO010_ALONG: Final = 0.3

# LEK002 label-in-metadata and LEK004 site-confounded-label: corrected p from which on something tells the label.
LEK002_P: Final = 0.01
LEK004_P: Final = 0.01
