"""One row a volume: what it is, where it lies in space, and all that is needed to read it without parsing again."""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table


def _c(name: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


_WHAT = (
    _c("volume", "text", "Stable id: 12 hex digits over the sorted SOP Instance UIDs (and frames), or the content"),
    _c("patient", "text", "Patient ID, salted hash"),
    _c("study_uid", "text", "Study Instance UID"),
    _c("series_uid", "text", "Series Instance UID"),
    _c("source", "text", "The source folder or file, absolute"),
    _c("path", "text", "The file, or the folder that all its files share, relative to the source"),
    _c("format", "text", "dicom, nifti, metaimage, nrrd, png, …: by content"),
    _c("role", "text", "volume, localizer, capture, derived, picture or labels"),
    _c("split_by", "text", "The attribute that told it from its siblings of the same series; empty where it has none"),
    _c("irregular", "text", "What is uneven: missing-slices, uneven-spacing, duplicate-positions, no-geometry, …; empty if regular"),
    _c("part_of", "text", "Id of the irregular volume that this is a regular part of; empty or null for a whole"),
    _c("part_irregular", "text", "What was irregular about it, in a word"),
    _c("part_first", "integer", "Number of the part's first slice among the slices of it, from 0"),
    _c("part_total", "integer", "How many slices it has"),
    _c("dimension", "text", "What this volume is one point of: time, echo, b-value, phase, frame; empty if it stands alone"),
    _c("dimension_value", "text", "Its place along that dimension"),
    _c("after_s", "number", "When its acquisition began, counted from the first of its series", "s"),
    _c("siblings", "texts", "Roles of the other volumes of the same series"),
    _c("rival", "text", "Another attribute that would tell the volumes of its series apart, and otherwise; empty where there is none"),
    _c("mixed", "texts", "Attributes that a scan has in common and in which its slices differ, or the volumes of its series"),
    _c("oddities", "texts", "What was repaired or ignored to read the headers, as short words"),
    _c("noticed", "texts", "Findings of the reader of a format that is not DICOM, each as JSON"),
)

_HOW = (
    _c("sop_class_uid", "text", "SOP Class UID"),
    _c("modality", "text", "Modality"),
    _c("manufacturer", "text", "Manufacturer"),
    _c("model", "text", "Manufacturer's Model Name"),
    _c("station", "text", "Station Name"),
    _c("description", "text", "Series Description"),
    _c("image_type", "text", "Image Type"),
    _c("conversion_type", "text", "Conversion Type: how a picture was made that no scanner measured"),
    _c("burned_in", "text", "Burned In Annotation: YES where there is text in the pixels"),
    _c("kernel", "text", "Convolution Kernel"),
    _c("kernel_class", "text", "smooth, medium or sharp, where the vendor table knows the kernel"),
    _c("contrast", "text", "Contrast/Bolus Agent"),
    _c("phase", "text", "Contrast phase, where it is known"),
    _c("cardiac_percent", "number", "Nominal percentage of the cardiac phase", "%"),
    _c("patient_position", "text", "Patient Position"),
    _c("laterality", "text", "Image Laterality, else Laterality"),
    _c("view", "text", "View Position"),
    _c("transfer_syntax", "text", "Transfer Syntax UID"),
    _c("lossy", "boolean", "Compressed with loss, now or once"),
)

_WHERE = (
    _c("n_slices", "integer", "Slices, frames or planes"),
    _c("size_i", "integer", "Voxels along i"),
    _c("size_j", "integer", "Voxels along j"),
    _c("size_k", "integer", "Voxels along k"),
    _c("spacing_i_mm", "number", "Spacing along i; 1 on a pixel grid", "mm"),
    _c("spacing_j_mm", "number", "Spacing along j; 1 on a pixel grid", "mm"),
    _c("spacing_k_mm", "number", "Spacing along k; 1 on a pixel grid", "mm"),
    _c("thickness_mm", "number", "Slice Thickness, nominal", "mm"),
    _c("spacing_between_slices_mm", "number", "Spacing Between Slices, as the header says", "mm"),
    _c("orientation", "text", "Directions in which i, j, k grow, such as LPS"),
    _c("tilt_deg", "number", "Angle between the step from slice to slice and the slices' normal", "deg"),
    _c("physical", "boolean", "Whether there is patient geometry; a pixel grid otherwise"),
    _c("spacing_source", "text", "The attribute that the pixel spacing was taken from; empty on a pixel grid"),
    _c("imager_row_spacing_mm", "number", "Imager Pixel Spacing: between rows, in the detector's plane", "mm"),
    _c("imager_col_spacing_mm", "number", "Imager Pixel Spacing: between columns, in the detector's plane", "mm"),
    _c("magnification", "number", "Estimated Radiographic Magnification Factor"),
    _c("spacing_calibration", "text", "Pixel Spacing Calibration Type: GEOMETRY or FIDUCIAL"),
    _c("frame_time_ms", "number", "Frame Time: from one frame of a clip to the next", "ms"),
    _c("lacks", "texts", "What of the geometry is absent or impossible, by keyword; empty where there is patient geometry"),
    _c("step_source", "text", "What the step from slice to slice follows from: positions, SpacingBetweenSlices, SliceThickness or assumed"),
    _c("axes_error", "number", "Largest deviation of the direction cosines from unit and perpendicular, before repair"),
    _c("affine", "numbers", "The 4×4 affine, row by row, RAS+ mm, voxel centres"),
)

_PIXELS = (
    _c("samples", "integer", "Samples per pixel"),
    _c("photometric", "text", "Photometric Interpretation"),
    _c("lut_shape", "text", "Presentation LUT Shape"),
    _c("presentation_intent", "text", "Presentation Intent Type"),
    _c("intensity_sign", "integer", "Pixel Intensity Relationship Sign"),
    _c("planar", "integer", "Planar Configuration"),
    _c("bits_allocated", "integer", "Bits Allocated"),
    _c("bits_stored", "integer", "Bits Stored"),
    _c("high_bit", "integer", "High Bit"),
    _c("pixel_representation", "integer", "0 unsigned, 1 signed"),
    _c("pixel_kind", "text", "native, encapsulated, float or double"),
    _c("padding_value", "integer", "Pixel Padding Value, the first that a slice has"),
    _c("padding_limit", "integer", "Pixel Padding Range Limit, the first that a slice has"),
    _c("rescale_type", "text", "Rescale Type"),
    _c("tiles_across", "integer", "Mosaic: how many tiles lie side by side in a picture, member_frame being the tile; else null"),
    _c("units", "text", "Units of a PET image"),
    _c("modality_lut", "boolean", "A Modality LUT Sequence takes the place of slope and intercept"),
)

_MEMBERS = (
    _c("member_path", "texts", "File of each slice in order of k, relative to the source"),
    _c("member_size", "integers", "Size of that file when it was indexed", "bytes"),
    _c("member_frame", "integers", "Frame within that file, from 0"),
    _c("member_frames", "integers", "How many frames that file holds"),
    _c("member_offset", "integers", "Where that file's pixel data begins", "bytes"),
    _c("member_length", "integers", "Length of that file's pixel data", "bytes"),
    _c("member_slope", "numbers", "Rescale slope of each slice; null where there is none"),
    _c("member_intercept", "numbers", "Rescale intercept of each slice; null where there is none"),
    _c("member_padding_value", "integers", "Pixel Padding Value of each slice; null where there is none"),
    _c("member_padding_limit", "integers", "Pixel Padding Range Limit of each slice; null where there is none"),
    _c("member_position_mm", "numbers", "Place of each slice along the normal, before any repair", "mm"),
    _c("member_origin_mm", "numbers", "Centre of the first voxel of each slice: x, y, z of one after the other, RAS+; null where the affine tells it", "mm"),
    _c("member_uid", "texts", "SOP Instance UID of each slice"),
    _c("member_transfer_syntax", "texts", "Transfer Syntax UID of each slice"),
    _c("member_pixel_kind", "texts", "native, encapsulated, float or double, of each slice"),
    _c("data_path", "texts", "Further files of an image that is not DICOM, such as its detached voxels, relative to the source"),
    _c("data_size", "integers", "Size of that file when it was indexed", "bytes"),
    _c("data_mtime_ns", "integers", "Time of that file's last change when it was indexed, since the epoch", "ns"),
    _c("spare_of", "integers", "Further slices at the place of one (same SOP Instance UID, or no attribute that tells them apart): its number"),
    _c("spare_uid", "texts", "SOP Instance UID of each copy"),
    _c("spare_path", "texts", "File of each copy, relative to the source"),
    _c("spare_size", "integers", "Size of that file when it was indexed", "bytes"),
    _c("spare_frame", "integers", "Frame within that file, from 0"),
    _c("spare_frames", "integers", "How many frames that file holds"),
    _c("spare_offset", "integers", "Where that file's pixel data begins", "bytes"),
    _c("spare_length", "integers", "Length of that file's pixel data", "bytes"),
    _c("spare_slope", "numbers", "Rescale slope of each copy; null where there is none"),
    _c("spare_intercept", "numbers", "Rescale intercept of each copy; null where there is none"),
    _c("spare_padding_value", "integers", "Pixel Padding Value of each copy; null where there is none"),
    _c("spare_padding_limit", "integers", "Pixel Padding Range Limit of each copy; null where there is none"),
    _c("spare_transfer_syntax", "texts", "Transfer Syntax UID of each copy"),
    _c("spare_pixel_kind", "texts", "Pixel kind of each copy"),
)

VOLUMES = Table("volumes", "One row a volume", _WHAT + _HOW + _WHERE + _PIXELS + _MEMBERS)
