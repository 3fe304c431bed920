"""Work that takes time, beside the loop that answers: images that are being read, slices that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request

from scan2train.viewing.image import Image
from scan2train.viewing.session import Session

T = TypeVar("T")
#: Slices wait for nothing that is slow.
_SLICES = ThreadPoolExecutor(4, thread_name_prefix="slices")
_BACKGROUND = ThreadPoolExecutor(2, thread_name_prefix="background")
#: A list of many slow ones holds up no histogram and no 3D view.
_THUMBNAILS = ThreadPoolExecutor(2, thread_name_prefix="thumbnails")


def session_of(request: Request) -> Session:
    """The sitting that a request is about."""
    session: Session = request.app.state.session
    return session


async def in_thread(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """What ``work`` gives, while others are answered."""
    return await asyncio.get_running_loop().run_in_executor(_SLICES, partial(work, *args, **kwargs))


async def in_background(work: Callable[..., T], *args: Any) -> T:
    """The same of what takes longer, or is in no hurry."""
    return await asyncio.get_running_loop().run_in_executor(_BACKGROUND, partial(work, *args))


async def in_thumbnails(work: Callable[..., T], *args: Any) -> T:
    """The same of thumbnails."""
    return await asyncio.get_running_loop().run_in_executor(_THUMBNAILS, partial(work, *args))


async def opened(request: Request, id: str) -> Image:  # noqa: A002
    """An image in memory, read if need be; a request that is given up does not end the reading."""
    return await asyncio.shield(asyncio.wrap_future(session_of(request).image(id)))
