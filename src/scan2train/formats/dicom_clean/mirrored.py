"""What counts in stored values, or in values after the rescale, where the stored values are turned round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def mirror_display(dataset: Dataset, total: int, where: object) -> None:
    """Turn round windows, VOI LUTs and the sign of the pixel intensity relationship, in place.

    Parameters
    ----------
    dataset
        A data set whose stored values ``v`` have become ``total - v``.
    total
        Sum of the lowest and the highest stored value there can be.
    where
        The file, for messages.

    Raises
    ------
    WrongUse
        If a VOI LUT would begin at no whole number.
    """
    slope, add = (
        _number(dataset, name, usual) for name, usual in (("RescaleSlope", 1), ("RescaleIntercept", 0))
    )
    middle = slope * total + 2 * add  # a value y after the rescale has become middle - y
    if "WindowCenter" in dataset and not dataset["WindowCenter"].is_empty:
        dataset.WindowCenter = _centers(dataset, middle)
    for item in dataset.get("VOILUTSequence") or ():
        _mirror_table(item, middle, total, where)
    sign = dataset.get("PixelIntensityRelationshipSign")
    if sign in (1, -1):
        dataset.PixelIntensityRelationshipSign = -sign


def _number(dataset: Dataset, name: str, usual: float) -> float:
    value = dataset.get(name)
    return usual if value in (None, "") else float(value)


def _centers(dataset: Dataset, middle: float) -> list[Any]:
    from scan2train.formats.dicom_write.planes import decimal

    # The linear function is not symmetric about its centre: it lies half a value lower (PS3.3 C.11.2.1.2.1).
    half = 0.0 if dataset.get("VOILUTFunction") in ("LINEAR_EXACT", "SIGMOID") else 1.0
    element = dataset["WindowCenter"]
    values = element.value if element.VM > 1 else [element.value]
    return [decimal(middle + half - float(value)) for value in values]


def _mirror_table(item: Dataset, middle: float, total: int, where: object) -> None:
    """A table's entries backwards, and each turned round within its bits (PS3.3 C.11.2.1.1)."""
    import numpy as np

    length, first, bits = (int(number) for number in item.LUTDescriptor)
    length = length or 1 << 16
    raw = item["LUTData"].value
    wide = isinstance(raw, bytes) and len(raw) < 2 * length
    entries = np.frombuffer(raw, np.uint8 if wide else "<u2") if isinstance(raw, bytes) else np.array(raw)
    if not float(middle).is_integer() or len(entries) < length:
        raise WrongUse("the VOI LUT of this image cannot be turned round", where=where)
    if total < 0 and first >= 1 << 15:
        first -= 1 << 16  # written unsigned in an image of signed values
    start = int(middle) - (first + length - 1)
    low, high = (-(1 << 15), (1 << 15) - 1) if total < 0 else (0, (1 << 16) - 1)
    if not low <= start <= high:
        raise WrongUse("the VOI LUT of this image cannot be turned round", where=where, found=start)
    turned = ((1 << bits) - 1 - entries[:length].astype(np.int64))[::-1]
    vr = "SS" if start < 0 else "US"
    item.add_new(0x00283002, vr, [length % (1 << 16) if vr == "US" else length, start, bits])
    kind = "u1" if wide else "<u2"
    content = turned.astype(kind).tobytes()
    item.add_new(0x00283006, "OW", content + b"\0" * (len(content) % 2))
