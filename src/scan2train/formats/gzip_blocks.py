"""Bytes into one gzip stream, block by block, so that two threads share the work (RFC 1951, RFC 1952)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from isal import isal_zlib

from scan2train.decoder import pool

#: Of the levels 0 to 3, the one after which each costs more time than it saves bytes.
_LEVEL = 1
#: Bytes from which on a block ends, and what the next one sees of it: as far back as a match may reach.
_BLOCK, _WINDOW = 2 << 20, 32 << 10
#: Blocks that are taken ahead, which is what the memory holds of them.
_AHEAD = 4
#: No name, no clock, no system: the same bytes everywhere.
_BEGIN = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
#: A stream without a header of its own.
_BARE = -15

#: The pieces of a block, the end of the one before, and whether it is the last.
_Block = tuple[Sequence[memoryview], bytes, bool]


def gzip_blocks(chunks: Iterator[memoryview], put: Callable[[bytes], object]) -> None:
    """Compress ``chunks`` (bytes, contiguous) and hand the stream to ``put``; the same chunks give the same bytes.

    Two threads compress, or one where other processes do the same beside this one.
    """
    check = size = 0

    def watched() -> Iterator[memoryview]:
        nonlocal check, size
        for chunk in chunks:
            check, size = isal_zlib.crc32(chunk, check), size + chunk.nbytes
            yield chunk

    put(_BEGIN)
    for packed in _compressed(_blocks(watched())):
        put(packed)
    put(check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"))


def _blocks(chunks: Iterator[memoryview]) -> Iterator[_Block]:
    before, pieces, held = b"", list[memoryview](), 0
    for chunk in chunks:
        # Only now is it known that the block is not the last.
        if held >= _BLOCK:
            yield pieces, before, False
            before, pieces, held = bytes(pieces[-1][-_WINDOW:]), [], 0
        pieces.append(chunk)
        held += chunk.nbytes
    yield pieces, before, True


def _compressed(blocks: Iterator[_Block]) -> Iterator[bytes]:
    if pool.in_place():
        yield from map(_pack, blocks)
        return
    with ThreadPoolExecutor(2) as threads:
        ahead: deque[Future[bytes]] = deque()
        try:
            for block in blocks:
                ahead.append(threads.submit(_pack, block))
                if len(ahead) == _AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _pack(block: _Block) -> bytes:
    pieces, before, last = block
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _BARE, zdict=before)
    packed = [packer.compress(piece) for piece in pieces]
    packed.append(packer.flush(isal_zlib.Z_FINISH if last else isal_zlib.Z_SYNC_FLUSH))
    return b"".join(packed)
