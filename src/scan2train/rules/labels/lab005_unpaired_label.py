"""A mask without an image, or an image without its mask.

What it finds
-------------
In folders of images and of labels that lie side by side (imagesTr and labelsTr, images and masks), and in folders where
images and masks stand beside one another by name (volume-7 and segmentation-7, X and X_seg): masks that no image is
found for, and images that have no mask where others of their folder do. Images for testing (imagesTs) need none. A mask
for one picture of an examination is enough for all of its sequences.

Why it matters
--------------
A program that lists both folders and pairs them by their place in the list gives every image after the gap the mask of
another patient. One that pairs by name leaves out the case without a word, or takes the image for one without a
finding.

What to do
----------
Find the missing file, or mend its name; leave the case out where there is none.

References
----------
nnU-Net, documentation/dataset_format.md; Medical Segmentation Decathlon (dataset.json).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from scan2train.knowledge.file_names import (
    CHANNEL,
    image_folder,
    label_folder,
    stem,
    without_label_word,
    without_sequence,
    words,
)
from scan2train.pairing import pairs
from scan2train.pairing.pairs import may_be_labels
from scan2train.pairing.place import file_of
from scan2train.rule import Example, Hit, at, bad, good, near, warning

_NEEDED = ("source", "path", "format", "role", "volume", "series_uid")
#: Parts of a set that are tested on: their labels may well be kept elsewhere.
_TESTED = ("ts", "test")
_NUMBER = re.compile(r"\d+")
_IMAGES = ("volume", "derived", "picture", "labels")


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Look for files that no pair holds, where their neighbours are in one."""
    if (volumes["format"] == "dicom").all():
        return
    found = pairs(volumes)
    with_labels, with_image = set(found["image_row"]), set(found["labels_row"])
    rows = volumes.select(_NEEDED).to_dicts()
    files = [file_of(row) for row in rows]
    named = [n for n, row in enumerate(rows) if row["format"] != "dicom" and row["role"] in _IMAGES]
    masks = [n for n in named if may_be_labels(rows[n], files[n])]
    images = sorted(set(named).difference(masks))
    yield from _masks(rows, files, masks, with_image, images)
    yield from _images(rows, files, images, with_labels, [n for n in masks if n in with_image])


def _masks(
    rows: Sequence[Mapping[str, Any]],
    files: Sequence[PurePosixPath],
    masks: Sequence[int],
    paired: set[int],
    images: Sequence[int],
) -> Iterator[Hit]:
    """Masks without an image, in a folder where others have one, or in one of labels beside one of images."""
    at_work = {files[n].parent for n in masks if n in paired}
    beside = {(files[n].parent.parent, image_folder(files[n].parent.name)) for n in images}
    for n in masks:
        folder = files[n].parent
        part = label_folder(folder.name)
        nameless = without_label_word(stem(files[n].name)) == ()
        if (n not in paired and not nameless) and (
            folder in at_work or (part is not None and (folder.parent, part) in beside)
        ):
            yield warning(
                "a mask without an image",
                seen=files[n].name,
                expected="an image of its name",
                where=at(rows[n]),
                scope="volume",
            )


def _images(
    rows: Sequence[Mapping[str, Any]],
    files: Sequence[PurePosixPath],
    images: Sequence[int],
    paired: set[int],
    masks: Sequence[int],
) -> Iterator[Hit]:
    """Images without a mask, in a folder beside one of labels, or where most have one."""
    beside = {(files[n].parent.parent, label_folder(files[n].parent.name)) for n in masks}
    cases = {
        n: (files[n].parent, without_sequence(words(CHANNEL.sub("", stem(files[n].name))))) for n in images
    }
    done = {cases[n] for n in images if n in paired}
    of_pattern = Counter((files[n].parent, _pattern(files[n])) for n in images)
    alike = Counter((files[n].parent, _pattern(files[n])) for n in images if n in paired)
    for case, n in {cases[n]: n for n in reversed(images)}.items():
        folder = files[n].parent
        part = image_folder(folder.name)
        if case in done or part in _TESTED:
            continue
        own_folder = part is not None and (folder.parent, part) in beside
        pattern = folder, _pattern(files[n])
        if own_folder or (alike[pattern] > 1 and 2 * alike[pattern] > of_pattern[pattern]):
            yield warning(
                "an image without a mask, where others have one",
                seen=files[n].name,
                expected="a mask of its name",
                where=at(rows[n]),
                scope="volume",
            )


def _pattern(file: PurePosixPath) -> str:
    """A name without its numbers: what is called otherwise may be something else, and need no mask."""
    return _NUMBER.sub("#", stem(file.name))


def examples() -> Iterator[Example]:
    """Layouts that are whole, and such that lack a file."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def files(*names: str) -> Build:
        """Images, and masks where the name says so."""
        return together(*(small_nifti(name, shape=(5, 4, 3), labels=_is_mask(name)) for name in names))

    nnunet = (
        "imagesTr/a_0000.nii.gz",
        "imagesTr/b_0000.nii.gz",
        "labelsTr/a.nii.gz",
        "imagesTs/c_0000.nii.gz",
    )
    numbered = ("volume-1.nii", "segmentation-1.nii", "volume-2.nii", "segmentation-2.nii")
    yield good("nnU-Net", files(*nnunet, "labelsTr/b.nii.gz"))
    yield good("numbers", files(*numbered))
    yield bad("nnU-Net, an image without", files(*nnunet), Severity.WARNING)
    yield bad(
        "nnU-Net, a mask without, NRRD",
        files("imagesTr/a_0000.nrrd", "labelsTr/a.nrrd", "labelsTr/b.nrrd"),
        Severity.WARNING,
    )
    yield bad("numbers, a mask without", files(*numbered, "segmentation-3.nii"), Severity.WARNING)
    yield bad("numbers, an image without", files(*numbered, "volume-3.nii"), Severity.WARNING)
    yield bad(
        "names, MetaImage, a mask without", files("x.mha", "x_label.mha", "y_label.mha"), Severity.WARNING
    )
    yield near(
        "a result beside images and masks", files("a.nii", "a_seg.nii", "b.nii", "b_seg.nii", "result.nii")
    )
    yield near("one mask of no name", files("image/phantom.nii", "mask/mask.nii"))
    yield near("no labels at all", files("a.nii", "b.nii", "c.nii"))
    yield near("few labels among many images", files(*numbered[:2], "volume-3.nii", "volume-4.nii"))
    yield near(
        "sequences of one patient, of which one has the mask's grid",
        together(
            *(
                small_nifti(f"p{n}_{word}.nii", shape=(5, 4, size))
                for n in (1, 2)
                for word, size in (("t1", 3), ("t2", 4))
            ),
            *(small_nifti(f"p{n}_seg.nii", shape=(5, 4, 3), labels=True) for n in (1, 2)),
        ),
    )
    yield near(
        "a series beside a mask by itself",
        together(small_series(), small_nifti("other_seg.nii", labels=True)),
    )


def _is_mask(name: str) -> bool:
    return any(word in name for word in ("label", "seg", "mask"))
