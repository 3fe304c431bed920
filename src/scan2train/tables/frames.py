"""One row a frame of a multi-frame object: what its functional groups say of it (PS3.3 C.7.6.16); and a mosaic's tiles."""

from __future__ import annotations

from scan2train.tables.column import Column, Table

_POSITION, _ORIENTATION, _MEASURES = "0020,9113", "0020,9116", "0028,9110"
_RECONSTRUCTION = "0018,9314"
_CONTENT, _TRANSFORM, _WINDOW = "0020,9111", "0028,9145", "0028,9132"


def _number(name: str, parent: str, tag: str, item: int, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind="number", parent=parent, tag=tag, item=item, meaning=meaning, unit=unit)


FRAMES = Table(
    "frames",
    "One row a frame of a multi-frame object; the per-frame group wins over the shared one",
    (
        Column(name="instance", kind="integer", meaning="Row of the instances table, counted from 0"),
        Column(name="frame", kind="integer", meaning="Frame of the file, counted from 0"),
        *(_number(f"position_{a}", _POSITION, "0020,0032", n, f"Image Position (Patient), LPS+, {a}", "mm") for n, a in enumerate("xyz")),
        *(_number(f"row_{a}", _ORIENTATION, "0020,0037", n, f"Direction of growing column index, {a}") for n, a in enumerate("xyz")),
        *(_number(f"col_{a}", _ORIENTATION, "0020,0037", n + 3, f"Direction of growing row index, {a}") for n, a in enumerate("xyz")),
        _number("row_spacing_mm", _MEASURES, "0028,0030", 0, "Pixel Spacing: between rows", "mm"),
        _number("col_spacing_mm", _MEASURES, "0028,0030", 1, "Pixel Spacing: between columns", "mm"),
        _number("thickness_mm", _MEASURES, "0018,0050", 0, "Slice Thickness", "mm"),
        _number("spacing_between_slices_mm", _MEASURES, "0018,0088", 0, "Spacing Between Slices", "mm"),
        _number("slope", _TRANSFORM, "0028,1053", 0, "Rescale Slope"),
        _number("intercept", _TRANSFORM, "0028,1052", 0, "Rescale Intercept"),
        Column(name="rescale_type", kind="text", parent=_TRANSFORM, tag="0028,1054", meaning="Rescale Type"),
        Column(name="window_center", kind="text", parent=_WINDOW, tag="0028,1050", meaning="Window Center, values joined by a backslash"),
        Column(name="window_width", kind="text", parent=_WINDOW, tag="0028,1051", meaning="Window Width, values joined by a backslash"),
        Column(name="window_function", kind="text", parent=_WINDOW, tag="0028,1056", meaning="VOI LUT Function"),
        Column(name="stack_id", kind="text", parent=_CONTENT, tag="0020,9056", meaning="Stack ID"),
        _number("in_stack_position", _CONTENT, "0020,9057", 0, "In-Stack Position Number"),
        _number("temporal_index", _CONTENT, "0020,9128", 0, "Temporal Position Index"),
        Column(
            name="dimension_index",
            kind="text",
            parent=_CONTENT,
            tag="0020,9157",
            meaning="Dimension Index Values joined by a backslash, ordinals from 1",
        ),
        Column(name="acquisition_datetime", kind="text", parent=_CONTENT, tag="0018,9074", meaning="Frame Acquisition DateTime, time of day only"),
        Column(name="frame_type", kind="text", meaning="Frame Type, values joined by a backslash", tag="0008,9007"),
        _number("echo_time_ms", "0018,9114", "0018,9082", 0, "Effective Echo Time", "ms"),
        _number("b_value", "0018,9117", "0018,9087", 0, "Diffusion b-value", "s/mm2"),
        _number("trigger_time_ms", "0018,9118", "0020,9153", 0, "Nominal Cardiac Trigger Delay Time", "ms"),
        _number("cardiac_percentage", "0018,9118", "0020,9241", 0, "Nominal Percentage of Cardiac Phase", "%"),
        Column(name="image_laterality", kind="text", parent="0020,9071", tag="0020,9072", meaning="Frame Laterality: R, L, B, or U of what there is once"),
        Column(name="kernel", kind="text", parent=_RECONSTRUCTION, tag="0018,1210", meaning="Convolution Kernel"),
        Column(name="kernel_group", kind="text", parent=_RECONSTRUCTION, tag="0018,9316", meaning="Convolution Kernel Group"),
        Column(name="kernel_converted", kind="text", parent="0020,9170", tag="0018,1210", meaning="Convolution Kernel, as a legacy converted object keeps it"),
        Column(name="energy_window", kind="integer", meaning="Nuclear medicine: entry of the Energy Window Vector"),
        Column(name="rr_interval", kind="integer", meaning="Nuclear medicine: entry of the R-R Interval Vector"),
        Column(name="time_slot", kind="integer", meaning="Nuclear medicine: entry of the Time Slot Vector"),
        Column(
            name="tiles_across",
            kind="integer",
            meaning="Siemens mosaic: how many tiles lie side by side, a frame being one of them; null for whole frames",
        ),
        _number("segment", "0062,000A", "0062,000B", 0, "Referenced Segment Number"),
    ),
)
