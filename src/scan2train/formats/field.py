"""One field of a file's header: what it is called, what stands there, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scan2train.errors import Scan2TrainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A DICOM element, or the counterpart of another format.

    Parameters
    ----------
    tag
        ``"0010,0020"`` in DICOM, elsewhere the field's own name.
    keyword, name
        In the standard's terms; empty where nothing knows the element.
    vr
        Value representation, elsewhere the type where the format has types.
    value
        Text, a number, or a list of them; ``None`` for bytes and for what is longer than is shown.
    size
        Bytes of the value in the file, where that is known.
    meaning
        What a code stands for, such as the name of a UID.
    creator
        Private creator of a private element.
    items
        Items of a sequence, each a tuple of fields.
    """

    tag: str
    keyword: str = ""
    name: str = ""
    vr: str = ""
    value: Any = None
    size: int | None = None
    meaning: str = ""
    creator: str = ""
    items: tuple[tuple[Field, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values; the same keys for every field."""
        return {
            "tag": self.tag,
            "keyword": self.keyword,
            "name": self.name,
            "vr": self.vr,
            "value": self.value,
            "size": self.size,
            "meaning": self.meaning,
            "creator": self.creator,
            "items": [[field.to_json() for field in item] for item in self.items],
        }


class Fields(list[Field]):
    """All fields of a header, in the order of the file.

    ``format`` is the format's word; ``stopped`` is the error at which a broken header could not be followed further,
    or ``None`` where it was read to its end.
    """

    def __init__(
        self,
        fields: list[Field] | None = None,
        *,
        format: str,  # noqa: A002 - as in the tables
        stopped: Scan2TrainError | None = None,
    ) -> None:
        super().__init__(fields or ())
        self.format = format
        self.stopped = stopped
