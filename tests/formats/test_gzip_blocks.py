"""A gzip stream of blocks is one that everybody reads, whoever made it and however it was cut."""

import gzip
import io

import numpy as np
import pytest

from scan2train.decoder import pool
from scan2train.formats import gzip_blocks as blocks


def _packed(chunks):
    out = io.BytesIO()
    blocks.gzip_blocks(iter(chunks), out.write)
    return out.getvalue()


def _noise(size, seed=0):
    return memoryview(np.random.default_rng(seed).integers(0, 9, size, dtype=np.uint8))


@pytest.mark.parametrize("sizes", [[], [0], [352], [352, 70_001, 5], [352, *[1_300_007] * 5], [4_700_000, 1]])
def test_it_is_read_again(sizes):
    chunks = [_noise(size, at) for at, size in enumerate(sizes)]
    assert gzip.decompress(_packed(chunks)) == b"".join(chunks)


def test_threads_do_not_change_a_byte(monkeypatch):
    chunks = [_noise(900_001, at) for at in range(9)]
    shared = _packed(chunks)
    monkeypatch.setattr(pool, "in_place", lambda: True)
    assert _packed(chunks) == shared


def test_matches_reach_into_the_block_before():
    end, other = _noise(20_000, 1), _noise(20_000, 2)
    first = memoryview(bytes(3_000_000) + end)
    assert len(_packed([first, end])) < len(_packed([first, other])) - 5_000


def test_what_ends_the_chunks_ends_the_stream():
    def chunks():
        yield _noise(3_000_000)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        _packed(chunks())
