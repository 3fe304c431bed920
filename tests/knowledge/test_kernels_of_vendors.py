"""Kernels of four vendors in many spellings: their class, and the strength of iterative reconstruction."""

import pytest

from scan2train.knowledge.iterative_words import iterative_of
from scan2train.knowledge.kernels_of_vendors import kernel_class
from scan2train.knowledge.vendors import vendor_of


@pytest.mark.parametrize(
    ("maker", "kernel", "expected", "iterative"),
    [
        ("SIEMENS", "B20s", "smooth", ""),
        ("SIEMENS", "B30f", "medium", ""),
        ("Siemens Healthineers", "Br40d\\3", "medium", "ADMIRE 3"),
        ("Siemens Healthineers", "Br40d/4", "medium", "ADMIRE 4"),
        ("siemens", "['I31f', '3']", "medium", "SAFIRE 3"),
        ("SIEMENS", "I70f\\2", "sharp", "SAFIRE 2"),
        ("SIEMENS", "Bl57", "sharp", ""),
        ("SIEMENS", "hr44", "medium", ""),
        ("SIEMENS", "Qr36d", "medium", ""),
        ("SIEMENS", "Bv49", "medium", ""),
        ("SIEMENS", "U90u", "sharp", ""),
        ("SIEMENS", "XYZ99", "", ""),
        ("GE MEDICAL SYSTEMS", "SOFT", "smooth", ""),
        ("GE MEDICAL SYSTEMS", "standard ", "medium", ""),
        ("GE MEDICAL SYSTEMS", "STANDARD\\ASIR-V", "medium", "ASiR-V"),
        ("GE Healthcare", "SS40\\LUNG", "sharp", "ASiR 40"),
        ("General Electric", "HD BONE", "sharp", ""),
        ("GE", "BONEPLUS", "sharp", ""),
        ("GE", "B30f", "", ""),
        ("Philips", "A", "smooth", ""),
        ("Philips Medical Systems", "B", "medium", ""),
        ("Philips", "B\\iDose (3)", "medium", "iDose 3"),
        ("Philips", "YC", "sharp", ""),
        ("Philips", "l", "sharp", ""),
        ("TOSHIBA", "FC01", "smooth", ""),
        ("Canon Medical Systems", "FC18-H", "medium", ""),
        ("CANON_MEC", "FC08\\AIDR 3D STD", "medium", "AIDR 3D STD"),
        ("TOSHIBA", "FC64", "medium", ""),
        ("TOSHIBA_MEC", "FC52", "sharp", ""),
        ("Canon", "FIRST BODY MILD", "medium", "FIRST MILD"),
        # Where the vendor is not told, what all tables agree on.
        ("", "B70f", "sharp", ""),
        ("Anonymized", "STANDARD", "medium", ""),
        ("", "D", "sharp", ""),
        ("", "SOMETHING", "", ""),
        ("SIEMENS", "", "", ""),
    ],
)
def test_a_kernel_has_its_class_and_its_strength(maker, kernel, expected, iterative):
    assert (kernel_class(maker, kernel), iterative_of(maker, kernel)) == (expected, iterative)


def test_strength_is_found_in_descriptions():
    assert iterative_of("GE MEDICAL SYSTEMS", "STANDARD", "Chest ASiR-V 50%") == "ASiR-V 50%"
    assert iterative_of("Philips", "B", "Thorax, iDose (4)") == "iDose 4"
    assert iterative_of("Canon Medical Systems", "FC08", "FIRST SCAN") == ""


@pytest.mark.parametrize("name", ["Gemini", "AGFA", "", "Hologic"])
def test_other_makers_are_none_of_the_four(name):
    assert vendor_of(name) == ""
