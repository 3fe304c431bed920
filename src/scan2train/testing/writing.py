"""Writing to be burnt into pictures: capitals and digits of 5 × 7 dots, as overlays have them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse

#: Five columns a letter, each a byte whose lowest bit is the top dot.
_LETTERS: Final = {
    "A": "7e1111117e",
    "B": "7f49494936",
    "C": "3e41414122",
    "D": "7f4141221c",
    "E": "7f49494941",
    "F": "7f09090901",
    "G": "3e4149497a",
    "H": "7f0808087f",
    "I": "00417f4100",
    "J": "2040413f01",
    "K": "7f08142241",
    "L": "7f40404040",
    "M": "7f020c027f",
    "N": "7f0408107f",
    "O": "3e4141413e",
    "P": "7f09090906",
    "Q": "3e4151215e",
    "R": "7f09192946",
    "S": "4649494931",
    "T": "01017f0101",
    "U": "3f4040403f",
    "V": "1f2040201f",
    "W": "3f4038403f",
    "X": "6314081463",
    "Y": "0708700807",
    "Z": "6151494543",
    "0": "3e5149453e",
    "1": "00427f4000",
    "2": "4261514946",
    "3": "2141454b31",
    "4": "1814127f10",
    "5": "2745454539",
    "6": "3c4a494930",
    "7": "0171090503",
    "8": "3649494936",
    "9": "064949291e",
    " ": "0000000000",
    ":": "0036360000",
    "-": "0808080808",
    "/": "2010080402",
    ".": "0060600000",
    "^": "0402010204",
}


def written(
    picture: npt.NDArray[Any],
    text: str,
    at: tuple[int, int] = (6, 6),
    *,
    value: float | None = None,
    size: int = 2,
) -> npt.NDArray[Any]:
    """A copy of a picture, rows × columns, with one line of ``text`` in it.

    Parameters
    ----------
    at
        Row and column of the upper left dot.
    value
        With which value it is written; the picture's highest if not given.
    size
        Pixels a dot, along both axes.

    Raises
    ------
    WrongUse
        If the text holds anything but capitals, digits and ``:-/.^``, or does not fit.
    """
    unknown = set(text) - set(_LETTERS)
    if unknown:
        raise WrongUse(
            "no dots are known for these letters", found=sorted(unknown), expected="capitals and digits"
        )
    columns = [column for letter in text for column in (*bytes.fromhex(_LETTERS[letter]), 0)]
    dots = np.array([[column >> row & 1 for column in columns] for row in range(7)], dtype=bool)
    dots = np.kron(dots, np.ones((size, size), dtype=bool))
    ends = (at[0] + dots.shape[0], at[1] + dots.shape[1])
    if min(at) < 0 or ends[0] > picture.shape[0] or ends[1] > picture.shape[1]:
        raise WrongUse("the text does not fit", expected=f"within {picture.shape}", found=f"up to {ends}")
    copy = picture.copy()
    copy[at[0] : ends[0], at[1] : ends[1]][dots] = picture.max() if value is None else value
    return copy
