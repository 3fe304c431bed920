"""The audit of files that lie: what the index refused is said, whatever the reason."""

from __future__ import annotations

from pathlib import Path

from scan2train.check import check
from scan2train.index import index


def test_every_file_that_is_refused_with_a_code_is_a_finding(hostile: Path) -> None:
    found = index(hostile, cache=False)
    refused = set(found.skipped.drop_nulls("code").select("path", "code").iter_rows())
    said = {(one.where.path, one.code) for one in check(found, pixels=False)}
    assert len(refused) > 150
    assert refused - said == set()
