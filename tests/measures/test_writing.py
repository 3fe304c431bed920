"""Writing is found wherever it stands, and what looks a little like it is not."""

import numpy as np
import pytest

from scan2train.measures.writing import lines_of_writing
from scan2train.testing.phantoms import chest_film, mammogram
from scan2train.testing.writing import written


@pytest.fixture(scope="module")
def film():
    return chest_film((200, 240))


@pytest.mark.parametrize("at", [(4, 5), (150, 60)])
@pytest.mark.parametrize(("size", "value"), [(1, None), (1, 0), (2, None), (2, 0), (3, None), (3, 2000)])
def test_a_word_is_found_where_it_stands(film, at, size, value):
    lines = lines_of_writing(written(film, "DOE", at, size=size, value=value))
    assert [line.glyphs for line in lines] == [3]
    assert (lines[0].top, lines[0].left) == at
    assert lines[0].bottom - lines[0].top == 7 * size - 1


def test_two_lines_are_two(film):
    both = written(written(film, "PORTABLE", (4, 5)), "12:45", (30, 5))
    assert [line.glyphs for line in lines_of_writing(both)] == [8, 4]


def test_writing_in_colour_and_compressed_with_loss_is_found(film):
    grey = (written(film, "ANNA", size=3) // 16).astype(np.uint8)
    colour = np.stack([grey, grey, grey // 2, np.full_like(grey, 255)], axis=2)
    assert lines_of_writing(colour)[0].glyphs == 4
    noise = np.random.default_rng(1).integers(0, 14, grey.shape)
    spread = np.clip(grey.astype(int) - noise, 0, 255).astype(np.uint8)
    line = lines_of_writing(spread, lossy=True)[0]
    assert line.glyphs >= 4
    assert (line.top, line.left) == (6, 6)


def test_films_and_mammograms_hold_none(film):
    assert lines_of_writing(film) == []
    assert lines_of_writing(mammogram("L", "MLO", calcifications=True)) == []


def test_one_letter_is_a_mark(film):
    assert lines_of_writing(written(film, "R", size=4)) == []


def test_a_scale_is_no_word(film):
    ticks = film.copy()
    ticks[20:32, 10:130:6] = film.max()
    assert lines_of_writing(ticks) == []


def test_a_frame_and_a_plain_picture_are_no_words():
    picture = np.zeros((90, 80), np.uint8)
    assert lines_of_writing(picture) == []
    picture[10:80, 10:70] = 200
    assert lines_of_writing(picture) == []
