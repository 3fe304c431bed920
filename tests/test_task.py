"""A task file says what it means, or is refused with the file, the key, what belongs there and what stands there."""

from __future__ import annotations

import pytest

from scan2train import Recipe, Task, UnknownName, WrongUse
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.recipe.lookup import preset_names
from scan2train.task import task_names

TASKS = {
    "ct-lung",
    "ct-abdomen",
    "ct-bone",
    "ct-head-hemorrhage",
    "cta-coronary",
    "mammography",
    "chest-xray",
    "mr-brain",
    "pet-ct",
}


def test_the_tasks_are_there():
    assert set(task_names()) == TASKS


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_of_the_package_is_whole(name):
    task = Task.load(name)
    assert task.name == name
    assert task.about
    assert task.prefer
    assert all(any(code.startswith(word) for code in RULE_NAMES) for word in task.fatal)
    assert task.recipe in preset_names()
    assert Recipe.load(task.recipe).task == name


@pytest.mark.parametrize("name", [name for name in preset_names() if Recipe.load(name).task])
def test_the_task_of_a_preset_exists(name):
    assert Recipe.load(name).task in TASKS


def test_every_preset_for_ct_has_a_task_for_ct():
    # By it they take files that do not say their unit, such as NIfTI.
    assert all(Recipe.load(name).task.startswith("ct") for name in preset_names() if name.startswith("ct"))


def test_what_tells_tasks_apart_is_as_promised():
    assert Task.load("ct-head-hemorrhage").contrast == "none"
    heart = Task.load("cta-coronary")
    assert (heart.contrast, heart.cardiac, heart.cardiac_percent) == ("required", True, 75)
    assert heart.kernel_class[0] == "smooth"


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "our-liver.toml"
    path.write_text(
        'modality = "CT"\ncontrast = true\nkernel_class = ["smooth"]\nphase = "portal-venous"\n'
        'max_slice_spacing_mm = 3\nprefer = ["thin-slices", "Kernel class"]\nfatal = ["GEO", "PIX009"]\n'
    )
    task = Task.load(path)
    assert (task.name, task.modality, task.contrast) == ("our-liver", ("CT",), "required")
    assert (task.phase, task.max_slice_spacing_mm) == (("portal-venous",), 3.0)
    assert task.prefer == ("thin_slices", "kernel_class")
    assert [task.is_fatal(code) for code in ("GEO004", "PIX009", "PIX001")] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ('modality = "CT"\nmax_spacing_mm = 5', UnknownName, ("max_spacing_mm", "max_slice_spacing_mm")),
        ("modality = 3", WrongUse, ("modality", "expected a list", "found 3")),
        ("modality = []", WrongUse, ("modality", "expected", "()")),
        ('about = "no modality"', WrongUse, ("modality",)),
        ('modality = "CT"\ncontrast = "no"', WrongUse, ("contrast", "'required'", "found 'no'")),
        ('modality = "CT"\nkernel_class = ["soft"]', WrongUse, ("kernel_class", "'smooth'", "found 'soft'")),
        ('modality = "CT"\nphase = ["late"]', WrongUse, ("phase", "'delayed'", "found 'late'")),
        ('modality = "CT"\nprefer = ["thin"]', UnknownName, ("prefer", "thin_slices", "found 'thin'")),
        (
            'modality = "CT"\nmax_slice_spacing_mm = "5"',
            WrongUse,
            ("max_slice_spacing_mm", "float", "found '5'"),
        ),
        ('modality = "CT"\nmax_slice_spacing_mm = 0', WrongUse, ("max_slice_spacing_mm", "found 0.0")),
        ('modality = "CT"\nmax_slices = 1.5', WrongUse, ("max_slices", "int", "found 1.5")),
        ('modality = "CT"\ncardiac_percent = 750', WrongUse, ("cardiac_percent", "found 750.0")),
        ('modality = "CT"\nfatal = ["missing slices"]', WrongUse, ("fatal", "GEO004", "missing slices")),
        ("modality = CT", WrongUse, ("TOML",)),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, text, kind, words):
    path = tmp_path / "lab.toml"
    path.write_text(text)
    with pytest.raises(kind) as caught:
        Task.load(path)
    for word in (str(path), *words):
        assert word in str(caught.value)


def test_a_name_that_does_not_exist_lists_the_near_ones():
    with pytest.raises(UnknownName, match=r"ct-lung.* There are: chest-xray"):
        Task.load("ct-lungs")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WrongUse, match="cannot read the task"):
        Task.load(tmp_path / "none.toml")
