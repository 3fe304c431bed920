"""What the words of medicine and of its file formats mean, for readers who have never met them."""

from __future__ import annotations

from typing import Final

#: By the words that it explains, with bars between them; a plural with ``s`` goes without saying.
PLAIN_WORDS: Final = {
    "affine": "the 4 × 4 matrix that takes a voxel's index (i, j, k) to its place in the patient, in mm",
    "anonymiser": "a program that takes names and the like out of headers, and often more than that",
    "archive": "the store of a hospital from which its scans are exported",
    "attribute|element": "one field of a DICOM header; it has a name and a number, such as Pixel Spacing (0028,0030)",
    "agent|Contrast/Bolus Agent": "contrast agent: a liquid that makes blood, and what is fed by it, bright in a scan",
    "b-value": "how strongly an MR scan is made to see the motion of water; one scan is taken at several of them",
    "BIDS": "a convention for folders and names: sub-01/anat/sub-01_T1w.nii.gz",
    "BI-RADS": "the scale by which radiologists grade what they see in a mammogram: 1 nothing, 5 very likely cancer",
    "cone-beam": "a CT of dentists and of operating theatres, taken with a flat detector; its values are not HU",
    "CR|DX|MG|XA|RF": "kinds of X-ray pictures: CR and DX plain films, MG mammograms, XA and RF angiography",
    "cosine": "here: a direction as three numbers, its shares along the patient's left, back and head",
    "derived|reformation": "computed from other images, such as another plane or a projection, and not measured",
    "detilt": "a step of a recipe that shifts slices until they lie straight behind one another",
    "detector": "what catches the X-rays behind the patient, as film did before",
    "diastole|end-systole|R wave": "moments of the heartbeat: the R wave starts it, the heart is smallest at "
    "end-systole and rests in diastole",
    "echo|echoes": "one of several moments at which an MR scan listens after a pulse; each gives a volume of its own",
    "emphysema": "destroyed lung; its index is the share of the lung that is darker than a threshold",
    "enhanced|functional group": "DICOM of the newer kind: one file holds all slices as frames, and functional groups "
    "say for each frame what the header of a slice would",
    "field of view": "the part of the patient that the picture covers",
    "gantry": "the ring of the scanner; if it is tilted, slices are slanted against the direction of the table",
    "gating": "timing a scan by the heartbeat or by breathing",
    "HU|Hounsfield unit": "Hounsfield units, the scale of CT: air −1000, water 0, soft tissue near 40, bone above 300",
    "Image Position|Image Orientation": "where the first pixel of a slice lies in the patient, and in which directions "
    "its rows and columns run",
    "instance|SOP Instance UID": "one DICOM file, mostly one slice; its SOP Instance UID is a name that no other has",
    "Instance Number": "the number of a slice within its series; it need not follow the places",
    "ITK": "the library that SimpleITK, 3D Slicer and many other tools read images with",
    "kernel": "of a CT: the filter by which the picture is computed, smooth for soft tissue, sharp for lung and bone",
    "laterality": "left or right, of organs that there are two of",
    "localizer": "a quick picture by which the scan itself is planned",
    "CC|MLO|craniocaudal": "the two usual views of a breast: CC (craniocaudal) from above, MLO from the "
    "side, slanted",
    "modality": "the kind of scan, two letters in DICOM: CT, MR, PT (which is PET), MG (mammogram), CR and DX (films)",
    "slices' normal|their normal|normal of the slices": "the direction at right angles to the slices",
    "oblique": "slanted against the axes of the body",
    "padding": "the value that fills the picture where nothing was measured, such as around a round field of view",
    "pectoral muscle": "the muscle of the chest; a view from the side shows it as a bright corner",
    "Photometric Interpretation|MONOCHROME1|MONOCHROME2": "whether low values are shown black (MONOCHROME2) or white "
    "(MONOCHROME1)",
    "phase": "a moment of a scan that is taken several times: after an injection (arterial, portal-venous, delayed), "
    "or of the heartbeat",
    "Pixel Spacing|Imager Pixel Spacing": "mm from one pixel to the next: in the patient, or (Imager) on the detector",
    "portal-venous": "about 70 seconds after the injection, when the veins of the liver are brightest",
    "preamble": "the first 128 bytes of a DICOM file, which stand free",
    "prone|supine|decubitus": "lying on the belly, on the back, on the side",
    "qform|sform": "the two places of a NIfTI header that hold an affine",
    "pixdim|bitpix": "fields of a NIfTI header: the size of a voxel, and the bits that it takes",
    "radiomic": "numbers that are computed from the shape and texture of a region, as features",
    "reconstruction": "the picture that a scanner computes from one measurement; often several, thin and thick, sharp "
    "and smooth",
    "rescale|Rescale Slope": "value = stored number × Rescale Slope + Rescale Intercept, two fields of the header",
    "secondary capture|capture": "a picture that is no scan: a screenshot, a scanned paper",
    "nested sequence|sequences nested|in sequences": "a field of a DICOM header that holds further fields",
    "series": "the files of one scan as the scanner names them; a study holds several series",
    "shear|sheared": "axes that do not meet at right angles, so that a box becomes a slanted one",
    "Slice Thickness": "how deep a slice reaches into the body: more or less than the distance to the next one",
    "stack": "slices that lie behind one another and make a volume",
    "study|studies": "one visit of a patient to a scanner, with all that was taken",
    "SUV|standardised uptake value": "PET values by injected dose and body weight; 1 is what an "
    "even spread would give",
    "transfer syntax|syntax": "how the pixels of a DICOM file are stored: plain, or by which compression",
    "UID": "a long number that names a file, a series or a study, and nothing else in the world",
    "volumes table": "volumes.parquet, a row for each volume: `scan2train index SRC -o DIR` writes it",
    "voxel": "a pixel of a volume",
    "VOI LUT|window|Window Center": "which range of values is shown from black to white, given by center and width; a "
    "VOI LUT is the same as a table",
    "--irregular": "an option of `prepare` and `convert`: what to do with slices that make no regular volume",
    "--where": "an option of `prepare`: which volumes to take, in SQL over the columns of the volumes table",
}
