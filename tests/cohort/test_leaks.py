"""What tells the label is found, by its name and without a value; what does not is not."""

import json

import numpy as np
import pytest

from scan2train.cohort.case_labels import read_labels
from scan2train.cohort.leaks import leaks
from scan2train.errors import WrongUse
from scan2train.index import index
from scan2train.testing.small import small_nifti, together
from scan2train.testing.small_cohorts import small_cohort


def found(folder, build, **more):
    build(folder)
    table = index(folder, cache=False)
    return leaks(table, folder / "labels.csv", permutations=1000, **more)


def drawn(n, *choices):
    """A value of case ``n`` that has nothing to do with its label."""
    return choices[int(np.random.default_rng(1000 + n).integers(len(choices)))]


def harmless(n, _ill):
    return {
        "AccessionNumber": str(np.random.default_rng(n).integers(10**6, 10**7)),
        "StudyTime": f"{drawn(n, '08', '10', '13', '15')}1507",
        "KVP": drawn(n + 50, "100", "120"),
        "StationName": drawn(n + 90, "CT1", "CT2"),
    }


PLANTED = [
    (
        "LEK002",
        "AccessionNumber",
        lambda n, ill: {"AccessionNumber": f"{'C' if ill else 'N'}{n * 7919 % 997:03d}"},
    ),
    ("LEK002", "StudyTime", lambda n, ill: {"StudyTime": f"{9 if ill else 15:02d}{n % 60:02d}00"}),
    (
        "LEK002",
        "the word 's",
        lambda n, ill: {"SeriesDescription": f"{n} {'spiculated' if ill else 'smooth'}"},
    ),
    ("LEK004", "whether it is there", lambda _n, ill: {"ContrastBolusAgent": "ULTRAVIST"} if ill else {}),
    ("LEK004", "ACME 01", lambda _n, ill: {(9, 16): ("LO", "ACME"), (9, 4097): ("LO", f"{ill:d}")}),
]


@pytest.mark.parametrize(("code", "name", "tags"), PLANTED, ids=[name for _, name, _ in PLANTED])
def test_what_tells_the_label_is_found(tmp_path, code, name, tags):
    said = found(tmp_path, small_cohort(cases=16, tags=lambda n, ill: harmless(n, ill) | tags(n, ill)))
    assert {one.severity.value for one in said} == {"error"}
    assert any(one.code == code and name in one.seen for one in said)
    assert {one.code for one in said} == {code}


def test_ids_that_each_case_has_of_its_own_tell_nothing(tmp_path):
    assert found(tmp_path, small_cohort(cases=16, tags=harmless)) == []


def test_how_an_id_is_built_can_tell_and_the_id_is_not_shown(tmp_path):
    ids = {}

    def patient(n, ill):
        ids[n] = str(700_000 + 2 * (n * 7919 % 997) + ill)
        return ids[n]

    said = found(tmp_path, small_cohort(cases=16, tags=harmless, patient=patient))
    assert any("PatientID (0010,0020): parity of its last digit" in one.seen for one in said)
    assert not any(number in json.dumps(one.to_json()) for one in said for number in ids.values())


def test_folders_named_after_the_labels_are_a_layout(tmp_path):
    folder = lambda n, ill: f"{'ill' if ill else 'well'}/case{n:03d}"  # noqa: E731
    (one,) = found(tmp_path, small_cohort(cases=16, tags=harmless, folder=folder))
    assert (one.code, one.severity.value) == ("LEK002", "info")
    assert "folder name, level 1" in one.seen


def test_few_cases_are_said_to_be_too_few(tmp_path):
    (one,) = found(tmp_path, small_cohort(cases=8, tags=lambda _n, ill: {"StationName": f"CT{ill:d}"}))
    assert one.severity.value == "info"
    assert one.message.startswith("there are too few cases to tell")


def test_cases_of_one_patient_count_once(tmp_path):
    """Eight patients with two cases each: their stations agree within a patient, and by chance with the label."""
    build = small_cohort(
        cases=16,
        ill=lambda n: n // 2 % 2 == 0,
        patient=lambda n, _ill: f"P{n // 2:02d}",
        tags=lambda n, _ill: {"StationName": f"CT{n // 2}"},
    )
    assert {one.severity.value for one in found(tmp_path, build)} == {"info"}


def test_files_of_other_formats_are_cases_by_their_stems(tmp_path):
    names = [f"scan{n:02d}" for n in range(16)]
    together(
        *(
            small_nifti(
                f"{name}.nii",
                shape=(3, 4, 5),
                header={"descrip": b"site A" if n % 2 else b"site B", "aux_file": f"f{n}".encode()},
            )
            for n, name in enumerate(names)
        )
    )(tmp_path)
    labels = {name: ("a" if n % 2 else "b") for n, name in enumerate(names)}
    said = leaks(index(tmp_path, cache=False), labels, permutations=1000)
    assert any("nifti descrip" in one.seen for one in said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,label\na,1\n", "lacks a column"),
        ("case,label\na,1\na,2\n", "two labels"),
        ("case,label\nnobody,1\n", "no case of the table has files"),
        ("case,label\n" + "".join(f"case{n:03d},1\n" for n in range(6)), "cannot be tested"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(tmp_path, text, why):
    small_cohort(cases=6, tags=harmless)(tmp_path)
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(WrongUse, match=why):
        leaks(index(tmp_path, cache=False), tmp_path / "labels.csv")


def test_a_table_with_a_cell_without_an_end_is_wrong_use(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("case,label\n" + "a" * 200_000 + ",1\n")
    with pytest.raises(WrongUse, match="cannot be read"):
        read_labels(table)
