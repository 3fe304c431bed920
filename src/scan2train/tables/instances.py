"""One row an image file: what its header says, and where its pixels lie.

DICOM columns name their tag (PS3.6); the index reads exactly the tags named here. Identities are kept as salted
hashes or as filled-or-not flags only.
"""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table

_RADIO = "0054,0016"  # Radiopharmaceutical Information Sequence
_REGION = "0018,6011"  # Sequence of Ultrasound Regions, of which the first is read


def _text(name: str, tag: str, meaning: str, parent: str = "") -> Column:
    return Column(name=name, kind="text", tag=tag, meaning=meaning, parent=parent)


def _number(name: str, tag: str, meaning: str, unit: str = "", item: int = 0, parent: str = "") -> Column:
    return Column(name=name, kind="number", tag=tag, meaning=meaning, unit=unit, item=item, parent=parent)


def _integer(name: str, tag: str, meaning: str, item: int = 0) -> Column:
    return Column(name=name, kind="integer", tag=tag, meaning=meaning, item=item)


def _region(name: str, tag: str, meaning: str, unit: str = "") -> Column:
    return _number(f"region_{name}", tag, f"First ultrasound region: {meaning}", unit, parent=_REGION)


def _filled(name: str, tag: str, meaning: str, parent: str = "") -> Column:
    return Column(name=name, kind="boolean", tag=tag, keep="filled", meaning=meaning, parent=parent)


def _numbers(stem: str, letters: str, tag: str, meaning: str, unit: str = "") -> tuple[Column, ...]:
    return tuple(
        _number(f"{stem}_{letter}", tag, f"{meaning}, {letter}", unit, item=at) for at, letter in enumerate(letters)
    )


def _own(name: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


_FILE = (
    _own("source", "text", "The source folder, absolute; for a single file, the folder that holds it"),
    _own("path", "text", "The file, relative to the source, with forward slashes"),
    _own("size", "integer", "Size of the file", "bytes"),
    _own("mtime_ns", "integer", "Time of last change, since the epoch", "ns"),
    _own("format", "text", "dicom, nifti, metaimage, nrrd, png, jpeg, tiff, bmp, gif or npy: by content"),
    _own("parser", "text", "walker, or pydicom where the walker declined"),
    _own("oddities", "texts", "What was repaired or ignored to read the header, as short words"),
    _own("pixel_offset", "integer", "Where the pixel data's value begins (first item for encapsulated)", "bytes"),
    _own("pixel_length", "integer", "Length of the pixel data's value; to the end of it where encapsulated", "bytes"),
    _own("pixel_kind", "text", "native, encapsulated, float, double, or none"),
    _own("content_id", "text", "Hash over the sizes and contents of all files of an image that is not DICOM"),
    _own("data_files", "texts", "Files of the voxels that a header of their own names, relative to the source"),
)

_IDENTITY = (
    _text("sop_class_uid", "0008,0016", "SOP Class UID"),
    _text("sop_instance_uid", "0008,0018", "SOP Instance UID"),
    _text("study_uid", "0020,000D", "Study Instance UID"),
    _text("series_uid", "0020,000E", "Series Instance UID"),
    _text("frame_of_reference_uid", "0020,0052", "Frame of Reference UID"),
    _text("concatenation_uid", "0020,9161", "Concatenation UID"),
    _integer("concatenation_number", "0020,9162", "In-concatenation Number"),
    _integer("concatenation_total", "0020,9163", "In-concatenation Total Number"),
    Column(name="patient", kind="text", tag="0010,0020", keep="hash", meaning="Patient ID, salted hash"),
    _filled("patient_name_filled", "0010,0010", "Patient's Name"),
    _filled("birth_date_filled", "0010,0030", "Birth Date"),
    Column(name="accession", kind="text", tag="0008,0050", keep="hash", meaning="Accession Number, salted hash"),
    _text("identity_removed", "0012,0062", "Patient Identity Removed"),
)

_DEVICE = (
    _text("transfer_syntax", "0002,0010", "Transfer Syntax UID"),
    _text("charset", "0008,0005", "Specific Character Set"),
    _text("image_type", "0008,0008", "Image Type, values joined by a backslash"),
    _text("modality", "0008,0060", "Modality"),
    _text("manufacturer", "0008,0070", "Manufacturer"),
    _text("model", "0008,1090", "Manufacturer's Model Name"),
    _text("station", "0008,1010", "Station Name"),
    _text("software", "0018,1020", "Software Versions"),
    _text("study_description", "0008,1030", "Study Description"),
    _text("description", "0008,103E", "Series Description"),
    _text("protocol", "0018,1030", "Protocol Name"),
    _text("body_part", "0018,0015", "Body Part Examined"),
    _text("image_comments", "0020,4000", "Image Comments"),
    _text("conversion_type", "0008,0064", "Conversion Type: how a secondary capture was made"),
    _text("burned_in", "0028,0301", "Burned In Annotation"),
    _text("volumetric_properties", "0008,9206", "Volumetric Properties of an enhanced object"),
)

_ACQUISITION = (
    _integer("series_number", "0020,0011", "Series Number"),
    _integer("acquisition_number", "0020,0012", "Acquisition Number"),
    _integer("instance_number", "0020,0013", "Instance Number"),
    _integer("images_in_acquisition", "0020,1002", "Images in Acquisition: what the header promises"),
    _integer("slices_promised", "0054,0081", "Number of Slices of a PET series: what the header promises"),
    _text("series_time", "0008,0031", "Series Time"),
    _text("acquisition_time", "0008,0032", "Acquisition Time"),
    _text("content_time", "0008,0033", "Content Time"),
    _text("kernel", "0018,1210", "Convolution Kernel"),
    _number("kvp", "0018,0060", "Peak kilo voltage", "kV"),
    _text("scan_options", "0018,0022", "Scan Options"),
    _text("contrast", "0018,0010", "Contrast/Bolus Agent"),
    _text("contrast_time", "0018,1042", "Contrast/Bolus Start Time"),
    _text("contrast_meaning", "0008,0104", "Meaning of the code of an enhanced object's agent", parent="0018,0012"),
    _text("contrast_route", "0018,1040", "Contrast/Bolus Route"),
    _number("contrast_volume_ml", "0018,1041", "Contrast/Bolus Volume", "ml"),
    _text("sequence_name", "0018,0024", "Sequence Name"),
    _text("scanning_sequence", "0018,0020", "Scanning Sequence"),
    _number("echo_time_ms", "0018,0081", "Echo Time", "ms"),
    _integer("echo_number", "0018,0086", "Echo Number"),
    _number("repetition_time_ms", "0018,0080", "Repetition Time", "ms"),
    _number("inversion_time_ms", "0018,0082", "Inversion Time", "ms"),
    _number("flip_angle_deg", "0018,1314", "Flip Angle", "deg"),
    _number("b_value", "0018,9087", "Diffusion b-value", "s/mm2"),
    _integer("temporal_position", "0020,0100", "Temporal Position Identifier"),
    _number("trigger_time_ms", "0018,1060", "Trigger Time", "ms"),
    _number("cardiac_percentage", "0020,9241", "Nominal Percentage of Cardiac Phase", "%"),
    _number("heart_rate", "0018,1088", "Heart Rate", "1/min"),
    _text("cardiac_framing", "0018,1064", "Cardiac Framing Type: from where phases of the heart are counted"),
    _text("cardiac_technique", "0018,9037", "Cardiac Synchronization Technique"),
    _number("frame_time_ms", "0018,1063", "Frame Time: from one frame of a clip to the next", "ms"),
    _number("gantry_tilt_deg", "0018,1120", "Gantry/Detector Tilt, nominal", "deg"),
    _text("patient_position", "0018,5100", "Patient Position"),
    _text("patient_orientation", "0020,0020", "Patient Orientation: directions of row and column"),
    _text("laterality", "0020,0060", "Laterality"),
    _text("image_laterality", "0020,0062", "Image Laterality"),
    _text("view", "0018,5101", "View Position"),
    _text("view_code", "0008,0100", "Code of the View Code Sequence", parent="0054,0220"),
    _text("anatomical_orientation", "0010,2210", "Anatomical Orientation Type: BIPED or QUADRUPED"),
    _text("decay_correction", "0054,1102", "Decay Correction"),
    _text("units", "0054,1001", "Units of a PET image"),
    _number("dose_bq", "0018,1074", "Radionuclide Total Dose", "Bq", parent=_RADIO),
    _number("half_life_s", "0018,1075", "Radionuclide Half Life", "s", parent=_RADIO),
    _text("corrected_image", "0028,0051", "Corrected Image: what a PET was corrected for, values joined by a backslash"),
    _text("suv_type", "0054,1006", "SUV Type of a PET whose values are uptake already"),
    _filled("weight_filled", "0010,1030", "Patient's Weight"),
    _filled("injection_time_filled", "0018,1072", "Radiopharmaceutical Start Time", parent=_RADIO),
    _filled("injection_datetime_filled", "0018,1078", "Radiopharmaceutical Start DateTime", parent=_RADIO),
    _number("philips_suv_factor", "7053,1000", "Philips: from counts to uptake"),
    _number("philips_activity_factor", "7053,1009", "Philips: from counts to Bq/ml"),
    _number("dose_grid_scaling", "3004,000E", "Dose Grid Scaling"),
    _text("frame_offsets", "3004,000C", "Grid Frame Offset Vector of a dose, values joined by a backslash"),
    _integer("mosaic_images", "0019,100A", "Siemens: number of images in a mosaic"),
    _number("b_value_siemens", "0019,100C", "Siemens: diffusion b-value", "s/mm2"),
    _number("b_value_ge", "0043,1039", "GE: diffusion b-value, to which 1e9 may have been added", "s/mm2"),
    _number("b_value_philips", "2001,1003", "Philips: diffusion b-value", "s/mm2"),
)

_GEOMETRY = (
    *_numbers("position", "xyz", "0020,0032", "Image Position (Patient), LPS+", "mm"),
    *(_number(f"row_{a}", "0020,0037", f"Direction of growing column index, LPS+, {a}", item=n) for n, a in enumerate("xyz")),
    *(_number(f"col_{a}", "0020,0037", f"Direction of growing row index, LPS+, {a}", item=n + 3) for n, a in enumerate("xyz")),
    _number("row_spacing_mm", "0028,0030", "Pixel Spacing: between rows", "mm", item=0),
    _number("col_spacing_mm", "0028,0030", "Pixel Spacing: between columns", "mm", item=1),
    _number("imager_row_spacing_mm", "0018,1164", "Imager Pixel Spacing: between rows", "mm", item=0),
    _number("imager_col_spacing_mm", "0018,1164", "Imager Pixel Spacing: between columns", "mm", item=1),
    _number("nominal_row_spacing_mm", "0018,2010", "Nominal Scanned Pixel Spacing: rows", "mm", item=0),
    _number("nominal_col_spacing_mm", "0018,2010", "Nominal Scanned Pixel Spacing: columns", "mm", item=1),
    _text("spacing_calibration", "0028,0A02", "Pixel Spacing Calibration Type: GEOMETRY or FIDUCIAL"),
    _number("magnification", "0018,1114", "Estimated Radiographic Magnification Factor"),
    _region("format", "0018,6012", "Region Spatial Format, 1 for a picture of tissue"),
    _region("left", "0018,6018", "Region Location Min X0", "pixels"),
    _region("top", "0018,601A", "Region Location Min Y0", "pixels"),
    _region("right", "0018,601C", "Region Location Max X1", "pixels"),
    _region("bottom", "0018,601E", "Region Location Max Y1", "pixels"),
    _region("units_x", "0018,6024", "Physical Units X Direction, 3 for cm"),
    _region("units_y", "0018,6026", "Physical Units Y Direction, 3 for cm"),
    _region("delta_x", "0018,602C", "Physical Delta X, in these units"),
    _region("delta_y", "0018,602E", "Physical Delta Y, in these units"),
    _number("thickness_mm", "0018,0050", "Slice Thickness, nominal", "mm"),
    _number("spacing_between_slices_mm", "0018,0088", "Spacing Between Slices", "mm"),
    _number("slice_location_mm", "0020,1041", "Slice Location", "mm"),
)

_PIXELS = (
    _integer("rows", "0028,0010", "Rows"),
    _integer("columns", "0028,0011", "Columns"),
    _integer("n_frames", "0028,0008", "Number of Frames; null where the file does not say"),
    _integer("samples", "0028,0002", "Samples per Pixel"),
    _text("photometric", "0028,0004", "Photometric Interpretation"),
    _text("pixel_presentation", "0008,9205", "Pixel Presentation: whether grey values are shown in colour, too"),
    _integer("planar", "0028,0006", "Planar Configuration"),
    _integer("bits_allocated", "0028,0100", "Bits Allocated"),
    _integer("bits_stored", "0028,0101", "Bits Stored"),
    _integer("high_bit", "0028,0102", "High Bit"),
    _integer("pixel_representation", "0028,0103", "Pixel Representation: 0 unsigned, 1 signed"),
    _integer("padding_value", "0028,0120", "Pixel Padding Value, a stored value"),
    _integer("padding_limit", "0028,0121", "Pixel Padding Range Limit, a stored value"),
    _number("slope", "0028,1053", "Rescale Slope"),
    _number("intercept", "0028,1052", "Rescale Intercept"),
    _text("rescale_type", "0028,1054", "Rescale Type"),
    Column(name="modality_lut", kind="boolean", tag="0028,3000", keep="present", meaning="Modality LUT Sequence is there"),
    Column(name="voi_lut", kind="boolean", tag="0028,3010", keep="present", meaning="VOI LUT Sequence is there"),
    _text("window_center", "0028,1050", "Window Center, values joined by a backslash"),
    _text("window_width", "0028,1051", "Window Width, values joined by a backslash"),
    _text("window_function", "0028,1056", "VOI LUT Function"),
    _text("lut_shape", "2050,0020", "Presentation LUT Shape"),
    _text("presentation_intent", "0008,0068", "Presentation Intent Type: FOR PRESENTATION or FOR PROCESSING"),
    _integer("intensity_sign", "0028,1041", "Pixel Intensity Relationship Sign: 1 where high values mean much radiation"),
    _text("lossy", "0028,2110", "Lossy Image Compression: 01 once lossy, for ever"),
    _text("lossy_ratio", "0028,2112", "Lossy Image Compression Ratio"),
    Column(
        name="functional_groups",
        kind="boolean",
        tag="5200,9229",
        keep="present",
        meaning="Shared Functional Groups Sequence is there: the frames table has the rest",
    ),
)

INSTANCES = Table(
    "instances",
    "One row an image file, whatever its format",
    _FILE + _IDENTITY + _DEVICE + _ACQUISITION + _GEOMETRY + _PIXELS,
)
