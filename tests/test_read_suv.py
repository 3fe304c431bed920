"""PET as uptake values: the rules of each vendor, computed here once more by hand, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import scan2train as s2t
from scan2train.errors import NonconformingHeader, WrongUse
from scan2train.grid import Grid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.pet_header import F18_HALF_LIFE_S, pet_tags
from scan2train.testing.small import small_nifti
from scan2train.volume import Volume

SHAPE = (7, 6, 8)
SLOPES = [0.25 * (k + 1) for k in range(8)]
WEIGHT, HEIGHT, DOSE = 71.5, 1.68, 3.1e8


def activity() -> Volume:
    """Bq/ml that differ in every voxel, on an oblique grid; each slice is a multiple of its own slope."""
    stored = np.arange(np.prod(SHAPE)).reshape(SHAPE) * np.array(SLOPES)
    angle = np.radians(20)
    affine = np.diag([-2.1, -3.3, 4.7, 1.0])
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return Volume(array=stored, grid=Grid(SHAPE, turn @ affine), unit="Bq/ml")


def pet(folder: Path, vendor: Any = "plain", **changes: Any) -> Path:
    tags = pet_tags(vendor, weight_kg=WEIGHT, height_m=HEIGHT, dose_bq=DOSE, **changes)
    write_dicom_series(
        activity(), folder, modality="PT", slope=SLOPES, bits_stored=16, bits_allocated=16, extra_tags=tags
    )
    return folder


def factor(decay_s: float, norm: float = 1000 * WEIGHT, half_life: float = F18_HALF_LIFE_S) -> float:
    return float(norm / (DOSE * 2 ** (-decay_s / half_life)))


def assert_uptake(found: Volume, by: float, unit: str = "SUVbw") -> None:
    assert (found.unit, found.array.dtype) == (unit, np.float32)
    np.testing.assert_allclose(found.array, activity().array * by, rtol=3e-7)
    np.testing.assert_allclose(found.grid.affine, activity().grid.affine, atol=1e-9)


@pytest.mark.parametrize("vendor", ["plain", "ge", "siemens"])
def test_decay_counts_from_the_injection_to_the_beginning_of_the_scan(tmp_path, vendor):
    found = s2t.read(pet(tmp_path, vendor), suv="bw")
    assert_uptake(found, factor(3600))
    assert found.meta["suv"]["decay_s"] == 3600


def test_without_suv_the_values_are_activity(tmp_path):
    found = s2t.read(pet(tmp_path))
    assert found.unit == "Bq/ml"
    assert "suv" not in found.meta
    np.testing.assert_array_equal(found.array, activity().array)


def test_every_bed_has_the_decay_of_the_scan_and_not_its_own(tmp_path):
    found = s2t.read(pet(tmp_path, "siemens", bed_s=900, slices_a_bed=2), suv="bw")
    assert_uptake(found, factor(3600))


def test_a_time_of_the_series_within_the_scan_is_not_after_it(tmp_path):
    assert_uptake(s2t.read(pet(tmp_path, SeriesTime="095500"), suv="bw"), factor(3300))


@pytest.mark.parametrize(
    ("given", "zone"),
    [
        ("20240229090000", None),
        ("20240229090000+0100", None),
        ("20240229090000+0100", "+0100"),
        ("20240229080000+0000", "+0100"),
        ("20240228233000-0830", "+0100"),
    ],
)
def test_an_injection_told_by_another_clock_is_the_same_moment(tmp_path, given, zone):
    found = s2t.read(
        pet(tmp_path, RadiopharmaceuticalStartDateTime=given, TimezoneOffsetFromUTC=zone), suv="bw"
    )
    assert_uptake(found, factor(3600))


def test_one_of_several_injections_is_not_chosen(tmp_path):
    several = []
    for dose in ("3.1e8", "1.2e8"):
        item = Dataset()
        item.RadionuclideTotalDose, item.RadionuclideHalfLife = dose, str(F18_HALF_LIFE_S)
        item.RadiopharmaceuticalStartTime = "090000"
        several.append(item)
    pet(tmp_path / "two", RadiopharmaceuticalInformationSequence=Sequence(several))
    with pytest.raises(NonconformingHeader, match="RadiopharmaceuticalInformationSequence"):
        s2t.read(tmp_path / "two", suv="bw")
    pet(tmp_path / "same", RadiopharmaceuticalInformationSequence=Sequence([several[0], several[0]]))
    assert_uptake(s2t.read(tmp_path / "same", suv="bw"), factor(3600))


def test_values_corrected_to_administration_need_no_time(tmp_path):
    found = s2t.read(
        pet(tmp_path, DecayCorrection="ADMIN", SeriesTime=None, RadiopharmaceuticalStartTime=None), suv="bw"
    )
    assert_uptake(found, factor(0))


def test_an_injection_before_midnight(tmp_path):
    assert_uptake(s2t.read(pet(tmp_path, injected="233000", scanned="001500"), suv="bw"), factor(2700))


def test_a_date_and_time_of_injection_wins_over_the_time_alone(tmp_path):
    found = s2t.read(pet(tmp_path, RadiopharmaceuticalStartDateTime="20240229083000.00+0100"), suv="bw")
    assert_uptake(found, factor(5400))


def test_a_date_and_time_over_a_month(tmp_path):
    found = s2t.read(
        pet(tmp_path, date="20240301", scanned="003000", RadiopharmaceuticalStartDateTime="20240229233000"),
        suv="bw",
    )
    assert_uptake(found, factor(3600))


def test_fractions_of_seconds_count(tmp_path):
    found = s2t.read(pet(tmp_path, RadiopharmaceuticalStartTime="085959.25"), suv="bw")
    assert found.meta["suv"]["decay_s"] == 3600.75


def test_philips_counts_have_a_factor_of_their_own(tmp_path):
    found = s2t.read(pet(tmp_path, "philips"), suv="bw")
    assert_uptake(found, 0.000271828)


def test_philips_counts_without_it_become_activity_first(tmp_path):
    found = s2t.read(pet(tmp_path, "philips"), suv="lbm")
    lean = 9270 * WEIGHT / (8780 + 244 * WEIGHT / HEIGHT**2)
    assert_uptake(found, 1.61803 * factor(3600, 1000 * lean), "SUVlbm")


def test_philips_factors_may_differ_from_slice_to_slice(tmp_path):
    tags = pet_tags("philips")

    def own(k: int) -> dict[Any, Any]:
        return {**tags(k), (0x7053, 0x1000): ("DS", f"{0.001 * (k + 1):g}")}

    write_dicom_series(activity(), tmp_path, modality="PT", slope=SLOPES, bits_stored=16, extra_tags=own)
    found = s2t.read(tmp_path, suv="bw")
    np.testing.assert_allclose(found.array, activity().array * 0.001 * np.arange(1, 9), rtol=3e-7)


@pytest.mark.parametrize(("sex", "a", "b"), [("M", 6680, 216), ("F", 8780, 244)])
def test_lean_body_mass_after_janmahasatian(tmp_path, sex, a, b):
    lean = 9270 * WEIGHT / (a + b * WEIGHT / HEIGHT**2)
    assert 40 < lean < 57
    assert_uptake(s2t.read(pet(tmp_path, sex=sex), suv="lbm"), factor(3600, 1000 * lean), "SUVlbm")


def test_body_surface_after_dubois(tmp_path):
    surface = 0.007184 * WEIGHT**0.425 * (100 * HEIGHT) ** 0.725
    assert 1.7 < surface < 1.9
    assert_uptake(s2t.read(pet(tmp_path), suv="bsa"), factor(3600, 1e4 * surface), "SUVbsa")


@pytest.mark.parametrize(
    ("units", "kind", "suv_type"),
    [("GML", "bw", None), ("GML", "bw", "BW"), ("GML", "lbm", "LBMJANMA"), ("CM2ML", "bsa", None)],
)
def test_what_is_uptake_already_is_taken_as_it_is(tmp_path, units, kind, suv_type):
    found = s2t.read(pet(tmp_path, Units=units, SUVType=suv_type, PatientWeight=None), suv=kind)
    assert_uptake(found, 1.0, f"SUV{kind}")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PatientWeight": None}, "PatientWeight (0010,1030) is missing"),
        ({"PatientWeight": "0"}, "PatientWeight (0010,1030) is not usable"),
        ({"PatientWeight": "71500"}, "PatientWeight (0010,1030) is not usable"),
        ({"RadionuclideTotalDose": None}, "RadionuclideTotalDose (0018,1074) is missing"),
        ({"RadionuclideTotalDose": "0"}, "RadionuclideTotalDose (0018,1074) is not usable"),
        ({"RadionuclideTotalDose": "310"}, "RadionuclideTotalDose (0018,1074) is not usable"),
        ({"RadionuclideHalfLife": None}, "RadionuclideHalfLife (0018,1075) is missing"),
        ({"RadionuclideHalfLife": "0"}, "RadionuclideHalfLife (0018,1075) is not usable"),
        ({"RadiopharmaceuticalStartTime": None}, "RadiopharmaceuticalStartDateTime (0018,1078) is missing"),
        ({"RadiopharmaceuticalStartTime": "noon"}, "RadiopharmaceuticalStartTime (0018,1072) is not usable"),
        ({"RadiopharmaceuticalInformationSequence": None}, "(0018,1075) is missing"),
        ({"SeriesTime": None}, "SeriesTime (0008,0031) is missing"),
        ({"SeriesDate": None}, "SeriesDate (0008,0021) is missing"),
        ({"SeriesDate": "20240230"}, "SeriesDate (0008,0021) is not usable"),
        ({"AcquisitionDate": None}, "AcquisitionDate (0008,0022) is missing"),
        ({"CorrectedImage": None}, "CorrectedImage (0028,0051) is missing"),
        ({"CorrectedImage": ["DECY", "NORM"]}, "CorrectedImage (0028,0051) is not usable"),
        ({"CorrectedImage": "ATTN"}, "CorrectedImage (0028,0051) is not usable"),
        ({"DecayCorrection": None}, "DecayCorrection (0054,1102) is missing"),
        ({"DecayCorrection": "NONE"}, "DecayCorrection (0054,1102) is not usable"),
        ({"Units": None}, "Units (0054,1001) is missing"),
        ({"Units": "CPS"}, "Units (0054,1001) is not usable"),
        ({"Units": "CNTS"}, "(7053,1000)"),
        ({"Units": "GML", "SUVType": "LBM"}, "SUVType (0054,1006) is not usable"),
        ({"RadiopharmaceuticalStartDateTime": "20240301090000"}, "StartDateTime (0018,1078) is not usable"),
        ({"RadiopharmaceuticalStartDateTime": "20240228090000"}, "StartDateTime (0018,1078) is not usable"),
        ({"injected": "100100"}, "RadiopharmaceuticalStartTime (0018,1072) is not usable"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_not_guessed(tmp_path, changes, named):
    with pytest.raises(NonconformingHeader) as raised:
        s2t.read(pet(tmp_path, **changes), suv="bw")
    assert named in str(raised.value)
    assert raised.value.code == "ACQ008"


@pytest.mark.parametrize(
    ("kind", "changes", "named"),
    [
        ("lbm", {"PatientSex": "O"}, "PatientSex (0010,0040)"),
        ("lbm", {"PatientSex": None}, "PatientSex (0010,0040)"),
        ("lbm", {"PatientSize": None}, "PatientSize (0010,1020)"),
        ("bsa", {"PatientSize": "168"}, "PatientSize (0010,1020)"),
        ("lbm", {"Units": "GML"}, "SUVType (0054,1006)"),
    ],
)
def test_the_other_norms_need_height_and_sex(tmp_path, kind, changes, named):
    with pytest.raises(NonconformingHeader) as raised:
        s2t.read(pet(tmp_path, **changes), suv=kind)
    assert named in str(raised.value)


def test_a_long_lived_nuclide_needs_the_date_of_its_injection(tmp_path):
    zirconium = {"RadionuclideHalfLife": "282240"}
    with pytest.raises(NonconformingHeader, match="RadiopharmaceuticalStartDateTime"):
        s2t.read(pet(tmp_path / "time", **zirconium), suv="bw")
    dated = pet(tmp_path / "date", RadiopharmaceuticalStartDateTime="20240225100000", **zirconium)
    assert_uptake(s2t.read(dated, suv="bw"), factor(4 * 86400, half_life=282240))


def test_slices_that_contradict_one_another_are_refused(tmp_path):
    tags = pet_tags()
    write_dicom_series(
        activity(),
        tmp_path,
        modality="PT",
        slope=SLOPES,
        bits_stored=16,
        extra_tags=lambda k: {**tags(k), **({"PatientWeight": "99"} if k == 5 else {})},
    )
    with pytest.raises(NonconformingHeader, match=r"PatientWeight \(0010,1030\).*contradict"):
        s2t.read(tmp_path, suv="bw")


@pytest.mark.parametrize("earlier_s", [0, 1800])
def test_beds_that_were_scanned_before_the_first_slice_are_noticed(tmp_path, earlier_s):
    """Frame Reference Time counts from the beginning of the scan; half of a bed's time passes on average."""
    tags = pet_tags("siemens")

    def own(k: int) -> dict[Any, Any]:
        reference = 1000 * (earlier_s + k // 3 * 180 + 90)
        return {**tags(k), "FrameReferenceTime": str(reference), "ActualFrameDuration": 180000}

    write_dicom_series(activity(), tmp_path, modality="PT", slope=SLOPES, bits_stored=16, extra_tags=own)
    if not earlier_s:
        assert s2t.read(tmp_path, suv="bw").meta["suv"]["decay_s"] == 3600
        return
    with pytest.raises(NonconformingHeader, match=r"SeriesTime \(0008,0031\)"):
        s2t.read(tmp_path, suv="bw")


@pytest.mark.parametrize("counted", [True, False])
def test_points_of_time_are_corrected_to_the_beginning_of_the_scan(tmp_path, counted):
    for point, start in enumerate(["100000", "103000"]):
        tags = pet_tags("siemens", scanned=start, bed_s=0)

        def own(k: int, tags: Any = tags, point: int = point) -> dict[Any, Any]:
            counts = {"FrameReferenceTime": str(1000 * (1800 * point + 90)), "ActualFrameDuration": 180000}
            more = {
                "SeriesTime": "120000",
                "SOPInstanceUID": f"1.2.3.{point}.{k}",
                "InstanceNumber": 8 * point + k + 1,
            }
            return {**tags(k), **more, **(counts if counted else {})}

        write_dicom_series(
            activity(), tmp_path / str(point), modality="PT", slope=SLOPES, bits_stored=16, extra_tags=own
        )
    if not counted:
        with pytest.raises(NonconformingHeader, match=r"FrameReferenceTime \(0054,1300\) is missing"):
            s2t.read_all(tmp_path, suv="bw")
        return
    found = s2t.read_all(tmp_path, suv="bw")
    assert len(found) == 2
    for volume in found:
        assert volume.meta["suv"]["decay_s"] == pytest.approx(3600, abs=1)
        np.testing.assert_allclose(volume.array, activity().array * factor(3600), rtol=2e-4)


def test_padding_stays_padding(tmp_path):
    whole = activity()
    valid = np.ones(SHAPE, dtype=bool)
    valid[0, :, :] = False
    write_dicom_series(
        whole.replace(valid=valid),
        tmp_path,
        modality="PT",
        slope=SLOPES,
        bits_stored=16,
        padding_value=60000,
        extra_tags=pet_tags(),
    )
    found = s2t.read(tmp_path, suv="bw")
    np.testing.assert_array_equal(found.valid, valid)


def enhanced(path: Path, code: str = "Bq/ml", slope: float = 0.5, **changes: Any) -> Path:
    units = Dataset()
    units.CodeValue, units.CodingSchemeDesignator = code, "UCUM"
    mapping = Dataset()
    mapping.MeasurementUnitsCodeSequence = Sequence([units])
    mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = slope, 0.0
    tags = dict(
        pet_tags(RadiopharmaceuticalStartDateTime="20240229090000", dose_bq=DOSE, weight_kg=WEIGHT)(0)
    )
    gone = ("Units", "CorrectedImage", "DecayCorrection", "SeriesDate", "SeriesTime")
    top = {
        **tags,
        **dict.fromkeys(gone),
        "DecayCorrected": "YES",
        "AttenuationCorrected": "YES",
        "DecayCorrectionDateTime": "20240229101500",
        **changes,
    }
    volume = activity().replace(array=np.arange(np.prod(SHAPE)).reshape(SHAPE) * 0.5)
    write_enhanced(
        volume,
        path,
        modality="PT",
        slope=0.5,
        extra_tags=top,
        frame_tags=lambda _: {"RealWorldValueMappingSequence": Sequence([mapping])},
    )
    return path


def test_an_enhanced_pet_says_to_what_time_it_was_corrected(tmp_path):
    found = s2t.read(enhanced(tmp_path / "pet.dcm"), suv="bw")
    expected = np.arange(np.prod(SHAPE)).reshape(SHAPE) * 0.5 * factor(4500)
    np.testing.assert_allclose(found.array, expected, rtol=3e-7)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"DecayCorrected": "NO"}, "DecayCorrected (0018,9758)"),
        ({"AttenuationCorrected": None}, "AttenuationCorrected (0018,9759)"),
        ({"DecayCorrectionDateTime": None}, "DecayCorrectionDateTime (0018,9701)"),
        ({"code": "{counts}/s"}, "Units (0054,1001)"),
        ({"slope": 0.25}, "Units (0054,1001)"),
    ],
)
def test_an_enhanced_pet_that_does_not_is_refused(tmp_path, more, named):
    with pytest.raises(NonconformingHeader) as raised:
        s2t.read(enhanced(tmp_path / "pet.dcm", **more), suv="bw")
    assert named in str(raised.value)


def test_only_a_pet_has_uptake(tmp_path):
    small_nifti()(tmp_path)
    with pytest.raises(WrongUse, match="only a PET"):
        s2t.read(tmp_path / "scan.nii.gz", suv="bw")


def test_convert_writes_uptake(tmp_path):
    s2t.convert(pet(tmp_path / "pet"), tmp_path / "pet.nii.gz", suv="bw")
    found = s2t.read(tmp_path / "pet.nii.gz")
    np.testing.assert_allclose(found.array, activity().array * factor(3600), rtol=3e-7)
