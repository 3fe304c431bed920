"""What a data set declares of its labels: where it is looked for, and in which words."""

import os

import pytest

from scan2train.checking.declared import Declarations


def declared(root, path="labelsTr/a.nii.gz"):
    return Declarations().of({"source": str(root), "path": path})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            '{"labels": {"background": 0, "liver": 1, "tumour": 2}}',
            {0: "background", 1: "liver", 2: "tumour"},
        ),
        ('{"labels": {"0": "background", "1": "liver"}}', {0: "background", 1: "liver"}),
        (
            '{"labels": {"background": 0, "whole": [1, 2], "core": 2}}',
            {0: "background", 1: "whole", 2: "whole and core"},
        ),
        ('{"labels": ["background", "liver"]}', {}),
        ('{"labels": {"liver": {}}}', {}),
        ('{"labels": {"liver": "one"}}', {}),
        ('{"labels": {"liver": ["1", 2]}}', {1: "liver", 2: "liver"}),
        ('{"labels": {"liver": 1e999}}', {}),
        ('{"labels": {"liver": 1.7}}', {}),
        ('{"labels": {"liver": NaN}}', {}),
        ('{"labels": {"liver": true}}', {}),
        ('{"labels": {"liver": [true, 2]}}', {}),
        ('{"labels": {" 1_0": "liver"}}', {}),
        ('{"modality": {"0": "CT"}}', {}),
        ("[1, 2]", {}),
        ("{", {}),
        ("[" * 100_000, {}),
        ("\xff\xfe", {}),
    ],
)
def test_a_declaration_is_read_in_every_usual_form(tmp_path, text, meant):
    (tmp_path / "dataset.json").write_bytes(text.encode("latin-1"))
    assert declared(tmp_path) == meant


def test_the_nearest_declaration_counts(tmp_path):
    (tmp_path / "labelsTr").mkdir()
    (tmp_path / "dataset.json").write_text('{"labels": {"liver": 1}}')
    (tmp_path / "labelsTr" / "dataset.json").write_text('{"labels": {"spleen": 1}}')
    assert declared(tmp_path) == {1: "spleen"}
    assert declared(tmp_path, "other/deep/a.nii.gz") == {1: "liver"}


def test_nothing_above_the_source_is_read(tmp_path):
    (tmp_path / "dataset.json").write_text('{"labels": {"liver": 1}}')
    (tmp_path / "inside").mkdir()
    assert declared(tmp_path / "inside", "a.nii.gz") == {}


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "dataset.json").write_text('{"labels": {"liver": 1}}')
    (tmp_path / "inside" / "dataset.json").symlink_to(tmp_path / "dataset.json")
    assert declared(tmp_path / "inside", "a.nii.gz") == {}


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "dataset.json")
    assert declared(tmp_path) == {}
