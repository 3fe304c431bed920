"""An interrupt that ends the program while compiled code is at work, too.

Python notices an interrupt between two instructions of its own: a loop of compiled code, or a disk that is slow to take
a file, is waited for, and that may be long. What is half done then is left as by a loss of power, which every command
that goes on after one is made for; processes that work for this one end when it does.
"""

from __future__ import annotations

import os
import signal
import time
from threading import Event, Thread

INTERRUPTED = 130
#: What is to be put away is put away in this time, or is left.
_PATIENCE_S = 1.5
_came = Event()


def end_on_interrupt() -> None:
    """From now on an interrupt ends this process after a moment, whatever it does; called by the main thread."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    Thread(target=_wait, args=(reader,), daemon=True).start()


def came(wait_s: float = 0.0) -> bool:
    """Whether an interrupt came; the thread that notices may need a moment.

    Compiled modules turn an interrupt that reaches them into errors of their own, such as that they cannot be imported.
    """
    return _came.wait(wait_s)


def _wait(reader: int) -> None:
    while os.read(reader, 1) != bytes([signal.SIGINT]):
        pass
    _came.set()
    time.sleep(_PATIENCE_S)
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
