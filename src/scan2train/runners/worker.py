"""The far end of :mod:`scan2train.runners.processes`: takes items until the line closes.

It never imports the caller's main module, so scripts and notebooks need no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection

from scan2train.decoder.pool import decode_in_place
from scan2train.runners.here import in_words


def main(line: int, lifeline: int) -> None:
    """Serve one caller: the function first, then items, one answer each.

    Parameters
    ----------
    line
        File descriptor of the socket on which items come and answers go.
    lifeline
        File descriptor of a pipe that nobody writes to; its end means that the caller is gone.
    """
    decode_in_place()  # a crash costs one item here, too
    threading.Thread(target=_die_with_caller, args=(lifeline,), daemon=True).start()
    with Connection(line) as caller:
        try:
            work = caller.recv()
            caller.send("ready")
            while True:
                item = caller.recv()
                try:
                    answer = (work(item), "")
                except Exception as error:  # noqa: BLE001 - one item's bug must not cost the others
                    answer = (None, in_words(error))
                caller.send(answer)
        except (EOFError, ConnectionError):
            return


def _die_with_caller(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGKILL)
