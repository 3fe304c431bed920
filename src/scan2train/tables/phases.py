"""One row a volume: its contrast, cardiac and respiratory phase, why, and what a person says instead."""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table


def _c(name: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


PHASES = Table(
    "phases",
    "One row a volume, sorted by study and time; what `phases` tells of it",
    (
        _c("volume", "text", "Stable id, as in the volumes table"),
        _c("study_uid", "text", "Study Instance UID"),
        _c("series_uid", "text", "Series Instance UID"),
        _c("source", "text", "The source folder or file, absolute"),
        _c("path", "text", "The file, or the folder that all its files share, relative to the source"),
        _c("modality", "text", "Modality"),
        _c("description", "text", "Series Description"),
        _c("dimension_value", "text", "Its place among the volumes of its series"),
        _c("order", "integer", "Its place in time within the study, from 1; null where no time is told"),
        _c("time_s", "number", "When it was acquired, since midnight", "s"),
        _c("phase", "text", "Contrast phase: the correction, else what was told; empty where that is unknown"),
        _c("correction", "text", "What a person says of the contrast phase: wins, and is kept by every later run"),
        _c("told", "text", "Contrast phase by agent, times, words, picture and model together"),
        _c("confidence", "number", "Of what was told, from 0 to 1; 1 where a person said it"),
        _c("evidence", "text", "Why, in words"),
        _c("by_words", "text", "Contrast phases that the description, else the protocol, names"),
        _c("by_times", "text", "Contrast phase by the time from the injection"),
        _c("by_picture", "text", "Contrast phase by how bright organs are"),
        _c("by_model", "text", "Contrast phase by a model that was trained on corrected tables; empty outside of what it knows"),
        _c("contrast_delay_s", "number", "From the start of the injection to the scan", "s"),
        _c("blood_hu", "number", "Aorta, or heart; null where it was not found", "HU"),
        _c("liver_hu", "number", "Liver", "HU"),
        _c("kidney_hu", "number", "Bright part of a kidney", "HU"),
        _c("kidney_apart_hu", "number", "How much darker the inside of the kidney is", "HU"),
        _c("urine_hu", "number", "Agent in the renal pelvis or the bladder", "HU"),
        _c("cardiac_percent", "number", "Cardiac phase: the correction, else what was told, of the way from one R wave to the next", "%"),
        _c("cardiac_correction", "number", "What a person says of the cardiac phase: wins, and is kept by every later run", "%"),
        _c("cardiac_by", "text", "What the cardiac phase was told by"),
        _c("cardiac_apart", "number", "How far it is from the phase that was asked for, around the beat", "%"),
        _c("nearest", "boolean", "Whether it is the volume of its study nearest to that phase"),
        _c("respiratory_percent", "number", "Of the way from one breath to the next", "%"),
        _c("respiratory_by", "text", "What the respiratory phase was told by"),
        _c("variance", "number", "Variance of the values within what is not air"),
        _c("edges", "number", "How steep the steepest edges are, by the standard deviation of the values", "1/mm"),
        _c("moved", "boolean", "Whether it is blurred or unlike its siblings, whose phases no header tells; null where that was not asked"),
    ),
)
