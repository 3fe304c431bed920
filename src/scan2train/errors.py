"""Every error of the package, each with its exit code.

A message says what was expected, what was found, where, and what to do. Anything that bad input can cause
is a subclass of :class:`Scan2TrainError`; nothing else escapes.
"""

from __future__ import annotations


class Scan2TrainError(Exception):
    """Base of all errors that scan2train raises on purpose.

    Parameters
    ----------
    message
        What is wrong, in one sentence.
    where
        The file or folder it is about.
    expected, found
        What should have been there, and what was.
    advice
        What the user can do now.
    """

    #: Exit code of the command line when this error ends a run.
    exit_code: int = 2
    #: Rule code of the finding that this error becomes in an audit, where there is one.
    code: str | None = None

    def __init__(
        self,
        message: str,
        *,
        where: object = None,
        expected: object = None,
        found: object = None,
        advice: str | None = None,
        code: str | None = None,
    ) -> None:
        self.message = message
        self.where = None if where is None else str(where)
        self.expected = None if expected is None else str(expected)
        self.found = None if found is None else str(found)
        self.advice = advice
        if code is not None:
            self.code = code
        super().__init__(self.message)

    def __str__(self) -> str:
        parts = [self.message if self.where is None else f"{self.where}: {self.message}"]
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.found is not None:
            parts.append(f"found {self.found}")
        text = "; ".join(parts)
        return text if self.advice is None else f"{text.removesuffix('.')}. {self.advice}"

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword-only arguments need help with pickling.
        return (_rebuild, (type(self), self.message, self.__dict__))


def _rebuild(kind: type[Scan2TrainError], message: str, state: dict[str, object]) -> Scan2TrainError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class WrongUse(Scan2TrainError):
    """An argument, option or name that cannot be meant: the call is at fault, not the data."""


class UnknownName(WrongUse):
    """A recipe, step, option or suffix that does not exist; the message lists the near ones."""


class NoImages(Scan2TrainError):
    """A source in which not a single image could be read."""


class NotAnImage(Scan2TrainError):
    """A file that is no image of any known format. Skipped without fuss where a folder is walked."""


class UnreadableFile(Scan2TrainError):
    """Looks like an image and cannot be read: truncated, lying lengths, corrupt stream."""

    code = "FIL001"


class HostileFile(UnreadableFile):
    """A file made, or damaged, so that reading it would do harm: bombs, absurd sizes, paths outside."""

    code = "FIL002"


class DecoderMissing(UnreadableFile):
    """A transfer syntax or encoding that nothing installed decodes."""

    code = "FIL003"


class NonconformingHeader(UnreadableFile):
    """Required attributes are missing or malformed, so that no value could be trusted."""

    code = "FIL005"


class GeometryError(Scan2TrainError):
    """Positions, orientations or spacings from which no trustworthy affine follows."""

    code = "GEO001"


class IrregularSlices(GeometryError):
    """Slices that are uneven, missing, or doubled; ``irregular=`` names what to do about it."""

    code = "GEO003"


class SeveralVolumes(Scan2TrainError):
    """One place holds several volumes where one was asked for; ``.volumes`` lists them."""

    code = "SER001"

    def __init__(self, message: str, *, volumes: tuple[str, ...] = (), **about: object) -> None:
        super().__init__(message, **about)  # type: ignore[arg-type]
        self.volumes = volumes


class GridMismatch(GeometryError):
    """Two things that must share a grid do not."""

    code = "LAB001"


class ChangedSource(Scan2TrainError):
    """A file is not what it was when it was indexed."""


class OutputInUse(Scan2TrainError):
    """Another run holds the output folder, or it belongs to something else."""


class CasesFailed(Scan2TrainError):
    """The run came to its end, but some cases failed; each is recorded with its error."""

    exit_code = 1


class OutputDamaged(Scan2TrainError):
    """What was written cannot be relied on: the disk is full, failing, or gave back something else."""
