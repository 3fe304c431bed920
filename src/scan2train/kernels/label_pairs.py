"""Two masks beside each other in one pass: how often each label is there, in both, and where.

Voxels are looked at in words of eight bytes. As long as both masks go on with what they held, nothing is done; so the
time is that of reading, but for the borders of labels.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner, outer

#: So many words are compared before one asks whether all were as before.
_BLOCK = 16


@inner
def _add(label, first, past, j, k, counts, sums):
    n = past - first
    counts[label] += n
    sums[label, 0] += n * (first + past - 1) // 2
    sums[label, 1] += n * j
    sums[label, 2] += n * k


@inner
def _widen(label, first, past, j, k, boxes):
    box = boxes[label]
    if first < box[0]:
        box[0] = first
    if past > box[1]:
        box[1] = past
    if j < box[2]:
        box[2] = j
    if j + 1 > box[3]:
        box[3] = j + 1
    if k < box[4]:
        box[4] = k
    if k + 1 > box[5]:
        box[5] = k + 1


@inner
def _close(a, b, begin, end, ni, nj, counts, sums, both, boxes):
    """Enter a run of one pair of labels, row by row."""
    if a == b:
        both[a] += end - begin
    if a == 0 and b == 0:
        return
    while begin < end:
        row = begin // ni
        past = min(end, (row + 1) * ni)
        i, j, k = begin - row * ni, row % nj, row // nj
        if a != 0:
            _add(a, i, past - row * ni, j, k, counts[0], sums[0])
            _widen(a, i, past - row * ni, j, k, boxes)
        if b != 0:
            _add(b, i, past - row * ni, j, k, counts[1], sums[1])
            if a != b:
                _widen(b, i, past - row * ni, j, k, boxes)
        begin = past


@outer
def label_pairs(truth, prediction, truth_words, prediction_words, ni, nj, counts, sums, both, boxes):
    """Go through both masks, flat with i growing fastest, also given as words of 64 bits as far as these are whole.

    Parameters
    ----------
    counts
        ``(2, labels)``: voxels in the truth and in the prediction, but for the background.
    sums
        ``(2, labels, 3)``: sums of their indices (i, j, k).
    both
        ``(labels,)``: voxels in both, the background included.
    boxes
        ``(labels, 6)``: first and past-last index along i, j and k of what either mask holds; must begin as the
        largest and smallest numbers.
    """
    size, words = truth.shape[0], truth_words.shape[0]
    per = 8 // truth.itemsize
    spread = np.uint64(0x0101010101010101 if per == 8 else 0x0001000100010001)
    a, b, begin, at = truth[0], prediction[0], 0, 0
    while at < words:
        of_a, of_b = np.uint64(a) * spread, np.uint64(b) * spread
        while at + _BLOCK <= words:
            differs = np.uint64(0)
            for n in range(_BLOCK):
                differs |= (truth_words[at + n] ^ of_a) | (prediction_words[at + n] ^ of_b)
            if differs != 0:
                break
            at += _BLOCK
        while at < words and truth_words[at] == of_a and prediction_words[at] == of_b:
            at += 1
        if at == words:
            break
        for place in range(at * per, at * per + per):
            if truth[place] != a or prediction[place] != b:
                _close(a, b, begin, place, ni, nj, counts, sums, both, boxes)
                a, b, begin = truth[place], prediction[place], place
        at += 1
    for place in range(words * per, size):
        if truth[place] != a or prediction[place] != b:
            _close(a, b, begin, place, ni, nj, counts, sums, both, boxes)
            a, b, begin = truth[place], prediction[place], place
    _close(a, b, begin, size, ni, nj, counts, sums, both, boxes)
