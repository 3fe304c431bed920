import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def none_left():
    """No test meets the processes of another one, and none is left over."""
    from scan2train.decoder import pool

    pool.end_all()
    yield
    pool.end_all()
    assert not pool._pool.all
