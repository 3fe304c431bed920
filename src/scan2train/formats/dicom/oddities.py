"""What can be odd about a header that was read all the same: the words of a file's bits."""

from __future__ import annotations

from scan2train.kernels import header_codes as codes

_BITS = {
    codes.ODD_NO_PREAMBLE: "no-preamble",
    codes.ODD_NO_META: "no-meta",
    codes.ODD_NO_SYNTAX: "missing-transfer-syntax",
    codes.ODD_META_LENGTH: "meta-length-wrong",
    codes.ODD_ODD_LENGTH: "odd-length",
    codes.ODD_DUPLICATE: "duplicate-element",
    codes.ODD_ORDER: "out-of-order",
    codes.ODD_VR: "bad-vr",
    codes.ODD_PREAMBLE: "nonzero-preamble",
    codes.ODD_EXECUTABLE: "executable-preamble",
    codes.ODD_TRAILING: "trailing-bytes",
    codes.ODD_UID: "invalid-uid",
    codes.ODD_DATE: "bad-date",
    codes.ODD_SEQUENCE: "broken-sequence",
    codes.ODD_MANY_ITEMS: "many-items",
    codes.ODD_SYNTAX_LIES: "transfer-syntax-lies",
    codes.ODD_UNKNOWN_SYNTAX: "unknown-transfer-syntax",
    codes.ODD_NO_DELIMITER: "no-sequence-delimiter",
    codes.ODD_LONG_TEXT: "long-text",
    codes.ODD_MISSING_UID: "missing-uid",
    codes.ODD_PIXEL_LENGTH: "pixel-length-differs",
    codes.ODD_BITS: "inconsistent-bits",
    codes.ODD_COUNT: "too-many-values",
}


def words(bits: int) -> list[str]:
    """The words that a file's bits stand for."""
    return [word for bit, word in _BITS.items() if bits & bit]
