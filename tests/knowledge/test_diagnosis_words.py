"""Words of diagnoses, and what only looks like them."""

import pytest

from scan2train.knowledge.diagnosis_words import diagnosis_words

TOLD = [
    "CT Thorax Bronchialkarzinom",
    "covid19_0001",
    "COVID-19 positive",
    "BIRADS 5",
    "BI-RADS: 4a",
    "malignant nodule",
    "pneumonie bilatérale",
    "fractura de cadera",
    "Hirntumor links",
    "healthy_017",
    "LUNG CANCER",
    "intracranial hemorrhage",
]
QUIET = [
    "CT HEAD STROKE PROTOCOL",
    "Tumor follow-up",
    "lung nodule screening",
    "rule out fracture",
    "covid?",
    "Normal dose",
    "normalized",
    "CT Thorax 1.0 B60f",
    "liver",
    "lung",
    "quality control",
    "Cancer Imaging Archive",
    "STROKE PERFUSION",
    "MR BRAIN TUMOR W/WO",
    "V.a. Pneumonie",
    "HEAD 5.0 H31s",
    "",
]


@pytest.mark.parametrize("text", TOLD)
def test_a_diagnosis_is_told(text):
    assert diagnosis_words(text)


@pytest.mark.parametrize("text", QUIET)
def test_a_protocol_a_question_or_a_dose_is_none(text):
    assert diagnosis_words(text) == []


@pytest.mark.parametrize("text", ["Normal", "negative", "control"])
def test_groups_count_where_they_are_asked_for(text):
    assert diagnosis_words(text)
    assert not diagnosis_words(text, groups=False)
