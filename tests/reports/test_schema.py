"""``check --format json`` is what its schema says, with findings and without."""

import json

import jsonschema
import pytest

from scan2train.check import check
from scan2train.index import index
from scan2train.reports.json import as_json
from scan2train.reports.schema import SCHEMA
from scan2train.testing.small import small_series


@pytest.fixture
def printed(tmp_path):
    small_series(tags={"SliceThickness": "1.6"})(tmp_path)
    found = index(tmp_path, cache=False)
    return json.loads(as_json(found, [tmp_path], check(found, pixels=False)))


def test_the_object_fits_the_schema(printed):
    assert printed["findings"]
    jsonschema.validate(printed, SCHEMA)


@pytest.mark.parametrize("key", ["version", "tool", "sources", "summary", "findings"])
def test_the_schema_misses_what_is_left_out(printed, key):
    del printed[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(printed, SCHEMA)


def test_the_schema_refuses_other_keys_and_words(printed):
    for change in ({"severity": "fatal"}, {"scope": "slice"}, {"code": "geo3"}, {"more": 1}):
        wrong = {**printed, "findings": [{**printed["findings"][0], **change}]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)
