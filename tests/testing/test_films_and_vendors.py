"""Phantoms of films and PET show what they must, and headers of vendors are told apart by what reads them."""

import numpy as np
import pytest
from pydicom import dcmread

from scan2train.errors import WrongUse
from scan2train.index import index
from scan2train.testing.phantoms import chest_film, chest_pet, mammogram
from scan2train.testing.small import small_series
from scan2train.testing.vendors import vendor_tags


@pytest.mark.parametrize("view", ["CC", "MLO"])
def test_the_chest_wall_of_a_left_breast_is_on_the_left_edge(view):
    left, right = mammogram("L", view), mammogram("R", view)
    assert left.shape == right.shape == (300, 240)
    assert left[:, :60].mean() > 4 * left[:, -40:].mean()
    assert right[:, -60:].mean() > 4 * right[:, :40].mean()


def test_only_an_mlo_shows_the_muscle_in_its_upper_corner():
    assert mammogram("L", "MLO")[10:40, :20].mean() > 2500
    assert mammogram("L", "CC")[10:40, :20].mean() < 1000


def test_calcifications_are_the_brightest():
    assert mammogram("R", "CC", calcifications=True).max() > mammogram("R", "CC").max()


def test_a_film_has_dark_lungs_beside_a_bright_middle():
    film = chest_film()
    lungs, middle = film[120, [80, 240]], film[120, 150:170]
    assert film.shape == (280, 320)
    assert lungs.max() + 500 < middle.min()


def test_the_lesion_is_the_hottest_place_of_the_pet():
    pet = chest_pet()
    i, j, k = np.unravel_index(pet.array.argmax(), pet.array.shape)
    assert pet.unit == "Bq/ml"
    np.testing.assert_allclose(pet.grid.to_world((i, j, k)), (78, 14, 34), atol=12)


@pytest.mark.parametrize(
    ("vendor", "body", "sharp"), [("siemens", "B30f", "B70f"), ("canon", "FC08", "FC52")]
)
def test_a_vendors_header_is_read_back(tmp_path, vendor, body, sharp):
    small_series(tags=vendor_tags(vendor))(tmp_path / "body")
    small_series(tags=vendor_tags(vendor, sharp=True), patient="B")(tmp_path / "sharp")
    volumes = index(tmp_path, cache=False).volumes.sort("kernel")
    assert volumes["kernel"].to_list() == [body, sharp]
    assert volumes["kernel_class"].to_list() == ["medium", "sharp"]


def test_private_elements_stand_below_their_creator(tmp_path):
    small_series(tags=vendor_tags("ge"))(tmp_path)
    made = dcmread(next((tmp_path / "series").iterdir()))
    assert made.private_block(0x0009, "GEMS_IDEN_01")[0x02].value == "ct99"


def test_what_no_vendor_makes_is_refused():
    with pytest.raises(WrongUse, match="siemens"):
        vendor_tags("acme")
    with pytest.raises(WrongUse, match="CC or MLO"):
        mammogram("L", "LM")
