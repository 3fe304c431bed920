"""Words of contrast, as scanners and people write them."""

from __future__ import annotations

import pytest

from scan2train.knowledge.contrast_words import contrast_told, phase_told


@pytest.mark.parametrize(
    ("agent", "words", "given"),
    [
        ("OMNIPAQUE 350", "", True),
        ("IV", "", True),
        ("Oral & IV", "", True),
        ("non-ionic", "", True),
        ("NONE", "", False),
        ("No", "Thorax", False),
        ("NO IV CONTRAST", "", False),
        ("N/A", "", False),
        ("ORAL", "", None),
        (None, None, None),
        ("", "Head w/o contrast", False),
        ("", "HEAD WO", False),
        ("", "NON-CONTRAST HEAD", False),
        ("", "Schaedel nativ", False),
        ("", "C- Head 5mm", False),
        ("", "CaScore 3.0 B35f", False),
        ("", "C+ Head", True),
        ("", "ABD/PEL W/ CON", True),
        ("", "CorCTA 0.6 Bv36 75%", True),
        ("", "Thorax mit KM", True),
        ("", "portal venous 3.0", True),
        ("", "W & WO CONTRAST", None),
        ("", "Chest 1.0 B60f", None),
        ("", "Knochen axial", None),
        ("ISOVUE", "HEAD W/O CONTRAST", None),
        ("NONE", "HEAD WITH CONTRAST", None),
    ],
)
def test_whether_contrast_was_given(agent, words, given):
    assert contrast_told(agent, words) is given


@pytest.mark.parametrize(
    ("known", "words", "phase"),
    [
        (None, "late arterial", "arterial"),
        (None, "Abd portal-venous 2.0", "portal-venous"),
        (None, "Delayed 5 min", "delayed"),
        (None, "native", "non-contrast"),
        (None, "Abdomen 3.0", ""),
        ("delayed", "arterial", "delayed"),
    ],
)
def test_the_phase(known, words, phase):
    assert phase_told(known, None, words) == phase
