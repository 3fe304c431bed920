"""Labels written to disk: on the image's own grid, whole or not at all, and over nothing that is not theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from scan2train.errors import OutputInUse, UnknownName, WrongUse
from scan2train.formats.registry import suffix_of
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.sidecar import sidecar_of, write_sidecar
from scan2train.paths import path_given
from scan2train.reading.kept import require_kept
from scan2train.write import write

#: Suffixes of each form, the first of which is given to a name without any.
FORMS: Final = {"nifti": (".nii.gz", ".nii"), "seg": (".dcm",)}


@dataclass
class Saving:
    """Where one label map may be saved, and what it has written.

    Parameters
    ----------
    folder
        Nothing is written outside of it.
    name
        What the file is called, without a suffix, where no path is given.
    sources
        Files and folders that are being looked at: nothing that is there already is replaced, but the mask.
    images
        Gives the files that hold images: none is replaced, not even where the mask is one of them.
    mask
        The mask that the map was opened from, which is replaced only if that is asked for.
    """

    folder: Path
    name: str
    sources: Sequence[Path] = ()
    images: Callable[[], Iterable[Path]] = tuple
    mask: Path | None = None
    path: Path | None = None
    _written: dict[str, tuple[int, int]] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def save(
        self, labels: LabelMap, path: str | None = None, form: str = "nifti", *, overwrite: bool = False
    ) -> Path:
        """Write what stands now; as NIfTI its names and colours go into a file beside it.

        Parameters
        ----------
        labels
            The map.
        path
            The file; relative to the folder. ``None``: where it was saved last, or the name given.
        form
            ``"nifti"``, or ``"seg"`` for a DICOM segmentation, where the image is a DICOM series.
        overwrite
            Replace a file that this map did not write, the mask that it was opened from included. The image, and
            other files of the sources, are never replaced.

        Raises
        ------
        OutputInUse
            If a file is there that this map did not write, and ``overwrite`` is not set.
        WrongUse
            If the place lies outside of the folder, or is a source's.
        Scan2TrainError
            As :func:`scan2train.write.write`.
        """
        if form not in FORMS:
            raise UnknownName(f"labels are not saved as {form[:40]!r}", expected=" or ".join(FORMS))
        target = self._target(path, form)
        beside = [sidecar_of(target)] if form == "nifti" else []
        with self._one_at_a_time:
            self._require_free(target, beside, overwrite=overwrite)
            with labels.lock:
                # A copy: what is drawn while the file is written is not in it, and is not marked as saved.
                copy, legend, standing = labels.labels(), labels.legend.labels, labels.history.last
            if form == "seg":
                write(copy, target, "seg", reference=labels.image)
            else:
                write(copy, target)
                write_sidecar(target, legend)
            labels.history.mark_saved(standing)
            for file in (target, *beside):
                self._written[os.path.realpath(file)] = _state(file)
            self.path = target
        return target

    def _target(self, path: str | None, form: str) -> Path:
        suffixes = FORMS[form]
        if path is None:
            if self.path is not None and suffix_of(self.path) in suffixes:
                return self.path
            path = self.name + suffixes[0]
        target = self.folder / path_given(path)
        if not target.name or target.name.startswith("."):
            raise WrongUse("labels are saved in a file with a name", found=repr(path)[:80])
        if not suffix_of(target):
            target = target.with_name(target.name + suffixes[0])
        if suffix_of(target) not in suffixes:
            raise WrongUse(
                f"the name does not fit the form {form}",
                where=target,
                expected=f"one that ends in {' or '.join(suffixes)}",
                found=target.name,
            )
        folder = Path(os.path.realpath(target.parent))
        if not folder.is_relative_to(os.path.realpath(self.folder)):
            raise WrongUse(
                "labels are saved within one folder alone",
                where=target,
                expected=f"a path within {self.folder}",
                advice="Start view in the folder that you want to save to.",
            )
        if not folder.is_dir():
            raise WrongUse("the folder to save to is not there", where=target.parent, advice="Make it first.")
        return folder / target.name

    def _require_free(self, target: Path, beside: Sequence[Path], *, overwrite: bool) -> None:
        there = [one for one in (target, *beside) if one.exists() and not self._own(one)]
        if overwrite:  # else whatever is there is refused anyway
            self._require_no_image(there)
        mask = self.mask
        if mask is not None and target.exists() and mask.is_file() and target.samefile(mask):
            if not overwrite and not self._own(target):
                raise WrongUse(
                    "this is the mask that the labels were opened from, a source",
                    where=target,
                    advice="Sources are never written unasked: choose another name, or ask to overwrite it.",
                )
        else:
            for source in self.sources:
                require_kept(source, there)
        for file in (target, *beside):
            if (file.exists() or file.is_symlink()) and not overwrite and not self._own(file):
                raise OutputInUse(
                    "is there already, and was not written from here",
                    where=file,
                    advice="Choose another name, or ask to overwrite it.",
                )

    def _require_no_image(self, there: Sequence[Path]) -> None:
        for image in self.images() if there else ():
            for file in there:
                if image.exists() and file.samefile(image):
                    raise WrongUse(
                        "this is an image that is looked at, a source",
                        where=file,
                        advice="Images are never written: choose another name.",
                    )

    def _own(self, file: Path) -> bool:
        return file.is_file() and self._written.get(os.path.realpath(file)) == _state(file)


def _state(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns
