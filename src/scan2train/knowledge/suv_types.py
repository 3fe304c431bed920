"""Words of PET headers about units, corrections and kinds of uptake value (PS3.3 C.8.9.1.1)."""

from __future__ import annotations

from typing import Final

#: Units (0054,1001): activity concentration, and counts, which only a vendor's factor makes one.
BQML: Final = "BQML"
CNTS: Final = "CNTS"
#: Units of values that are uptake already, and their SUV Type (0054,1006) where none is given.
STORED: Final = {"GML": "BW", "CM2ML": "BSA"}
#: SUV Type that is the same as what is computed here. LBM and LBMJAMES128 follow from other formulas.
SUV_TYPES: Final = {"bw": "BW", "lbm": "LBMJANMA", "bsa": "BSA"}
#: Corrected Image (0028,0051) must have a word of each: attenuation, and decay.
CORRECTED: Final = (frozenset({"ATTN"}), frozenset({"DECY", "DECAY"}))
#: Decay Correction (0054,1102): to the start of the scan, or to the time of injection.
DECAYS: Final = ("START", "ADMIN")
#: Units and SUV Type of the codes of PS3.16 CID 84 and 85, as they stand in real-world mappings.
UCUM: Final = {
    "Bq/ml": (BQML, ""),
    "{counts}": (CNTS, ""),
    "{SUVbw}g/ml": ("GML", "BW"),
    "{SUVlbm}g/ml": ("GML", "LBM"),
    "{SUVlbm(James128)}g/ml": ("GML", "LBMJAMES128"),
    "{SUVlbm(Janma)}g/ml": ("GML", "LBMJANMA"),
    "{SUVibw}g/ml": ("GML", "IBW"),
    "{SUVbsa}cm2/ml": ("CM2ML", "BSA"),
}
