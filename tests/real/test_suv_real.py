"""PET uptake against the image that the IBSI team released of the same scan."""

from __future__ import annotations

import nibabel as nib
import numpy as np

from scan2train.read import read


def test_uptake_is_that_of_the_reference(real_data):
    folder = real_data / "sts_002_ct_mr_pet"
    found = read(folder / "dicom" / "PET" / "image", suv="bw")
    theirs = nib.as_closest_canonical(nib.load(folder / "nifti" / "PET_image.nii.gz"))
    ours = nib.as_closest_canonical(nib.Nifti1Image(np.asarray(found.array), found.grid.affine))
    assert found.unit == "SUVbw"
    # Both hold float32: the last bit of the slope's product may differ.
    np.testing.assert_allclose(ours.get_fdata(), theirs.get_fdata(), rtol=2e-7, atol=1e-9)
    np.testing.assert_allclose(ours.affine, theirs.affine, atol=2e-3)
