"""The site, the scanner or the protocol tells the label.

What it finds
-------------
With the labels at hand (``scan2train leaks SRC --labels CSV``): attributes of the institution, the station, the vendor,
the software, the kernel, the exposure, the sequence, sizes, spacings and counts that predict the label better than
chance allows. Every attribute of one file of each series is tested, private ones among them, with all labels shuffled
10,000 times over the cases, and corrected for the number of attributes.

Why it matters
--------------
A scanner leaves its mark in the noise and the sharpness of every slice. If most cancers come from one scanner, a
network learns the scanner: it is easier to see than the cancer. At another hospital it calls everything ill, or
nothing.

What to do
----------
Do not train on this as it is: balance the labels within each site, scanner and protocol, or leave out those that have
one label only, and test on a site that was held out.

Resampling and harmonizing make the mark weaker and do not remove it. Taking the attribute out of the header changes
nothing: the picture still shows it.

References
----------
Zech et al., Variable generalization performance of a deep learning model to detect pneumonia in chest radiographs, PLoS
Medicine 15(11), 2018; Westfall & Young, Resampling-Based Multiple Testing, 1993.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scan2train.knowledge.tolerances import LEK004_P
from scan2train.rule import Example, Hit, bad, error, good, near
from scan2train.rule.telling import Telling


def check(told: Sequence[Telling]) -> Iterator[Hit]:
    """Judge what ``leaks`` has tested."""
    for one in told:
        if not one.enough or one.kind != "site":
            continue
        seen = one.sentence + (f"; {one.shown}" if one.shown else "")
        yield error(
            "the site, the scanner or the protocol tells the label",
            seen=seen,
            expected=f"no p below {LEK004_P:g} after correction",
            scope="dataset",
            affects=one.cases,
        )


def examples() -> Iterator[Example]:
    """Cases of two classes from two scanners, in proportion or not."""
    from scan2train.finding import Severity
    from scan2train.testing.small_cohorts import small_cohort

    yield good("one scanner", small_cohort(tags=lambda _n, _ill: {}))
    yield good(
        "two scanners, both classes on each",
        small_cohort(tags=lambda n, _ill: {"StationName": f"CT{n // 2 % 2}"}),
    )
    yield bad(
        "all cases from one scanner",
        small_cohort(tags=lambda _n, ill: {"StationName": f"CT{ill:d}"}),
        Severity.ERROR,
    )
    yield bad(
        "the vendor of most",
        small_cohort(tags=lambda n, ill: {"Manufacturer": "SIEMENS" if ill ^ (n == 3) else "Philips"}),
        Severity.ERROR,
    )
    yield near(
        "a scanner for each case", small_cohort(tags=lambda n, _ill: {"StationName": f"CT{n * 7919 % 97}"})
    )
