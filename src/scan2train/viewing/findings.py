"""What is found in a set while it is looked at: by headers in the background, by pixels once an image is open."""

from __future__ import annotations

from collections import Counter
from threading import Event, Lock, Thread
from time import monotonic
from weakref import ref

from scan2train.checking.pixels import judge
from scan2train.checking.settle import settle
from scan2train.checking.with_pixels import with_pixels
from scan2train.finding import Finding, Severity
from scan2train.rule.load import all_rules
from scan2train.viewing.entry import Entry
from scan2train.viewing.image import Image
from scan2train.viewing.opened_set import OpenedSet
from scan2train.viewing.prepared_findings import prepared_findings
from scan2train.viewing.whose import Whose

#: Pictures come first: judging begins when none has been asked for so long, or when somebody asks for findings.
_QUIET_S = 2.0
#: And after this at the latest.
_AT_LATEST_S = 30.0


class Findings:
    """The findings of a set; of a prepared one, what ``prepare`` found.

    ``checked`` tells whether all headers have been judged, ``failed`` why they could not be.
    """

    def __init__(self, opened: OpenedSet) -> None:
        self.checked = False
        self.failed = ""
        self._opened = opened
        self._all: list[tuple[Finding, tuple[str, ...]]] = []
        self._by_image: dict[str, list[Finding]] = {}
        self._pixels: dict[str, list[Finding]] = {}
        self._read: dict[str, Entry] = {}
        self._to_judge: dict[str, tuple[Entry, ref[Image]]] = {}
        self._judging = False
        self._judged: set[str] = set()
        self._begun = False
        self._asked_at = monotonic()
        self._now = Event()
        self._lock = Lock()

    def begin(self) -> None:
        """Judge headers in the background, soon."""
        with self._lock:
            if self._begun:
                return
            self._begun = True
        Thread(target=self._check, daemon=True).start()

    def picture_asked_for(self) -> None:
        """Hold back what has not begun, for a moment."""
        self._asked_at = monotonic()

    def hurry(self) -> None:
        """Judge headers in the background, now."""
        self.begin()
        self._now.set()

    def read(self, entry: Entry, image: Image) -> None:
        """Take what reading an image noticed, and judge its pixels in the background, the last one read first.

        It is not held in memory until then: one that has been given up is judged when it is read again.
        """
        if self.looked_at(entry):
            return
        self._pixels[entry.id] = list(image.volume.findings)
        self._read[entry.id] = entry
        with self._lock:
            self._to_judge.pop(entry.id, None)
            self._to_judge[entry.id] = (entry, ref(image))
            if self._judging:
                return
            self._judging = True
        Thread(target=self._judge_all, daemon=True).start()

    def looked_at(self, entry: Entry) -> bool:
        """Whether the pixels of an image have been judged."""
        return entry.id in self._judged

    def of(self, entry: Entry) -> list[Finding]:
        """What is known now about one image and its labels, the worst first."""
        headers, pixels = self._by_image.get(entry.id, []), self._pixels.get(entry.id, [])
        if not pixels:
            return headers
        return settle(with_pixels(headers, pixels, all_rules()) if headers else pixels)

    def everything(self) -> list[tuple[Finding, str | None]]:
        """All that is known now, each with the image that it is about: once for every one; ``None`` for the set."""
        known = [(one, id) for id, entry in list(self._read.items()) for one in self.of(entry)]  # noqa: A001
        rest = [
            (one, id)
            for one, ids in self._all
            for id in ids or (None,)  # noqa: A001
            if id not in self._read
        ]
        return sorted([*known, *rest], key=lambda told: -told[0].severity.rank)

    def counts(self, entry: Entry) -> dict[str, int]:
        """How many findings there are about an image, by severity."""
        found = Counter(one.severity for one in self.of(entry))
        return {one.value: found[one] for one in (Severity.ERROR, Severity.WARNING, Severity.INFO)}

    def _check(self) -> None:
        self._wait_for_quiet(self._now)
        try:
            found = self._found()
        except Exception as error:  # noqa: BLE001 - scans can be looked at all the same
            self.failed = f"{type(error).__name__}: {error}"
            found = []
        whose = Whose(self._opened.entries.values())
        self._all = [(one, whose.images_of(one)) for one in found]
        for one, ids in self._all:
            for id in ids:  # noqa: A001
                self._by_image.setdefault(id, []).append(one)
        self.checked = True

    def _found(self) -> list[Finding]:
        from scan2train.check import check

        if self._opened.index is None:
            return prepared_findings(self._opened.place)
        return check(self._opened.index, pixels=False)

    def _wait_for_quiet(self, now: Event) -> None:
        latest = monotonic() + _AT_LATEST_S
        while not now.is_set():
            left = min(self._asked_at + _QUIET_S, latest) - monotonic()
            if left <= 0:
                return
            now.wait(left)

    def _judge_all(self) -> None:
        while True:
            self._wait_for_quiet(Event())
            with self._lock:
                if not self._to_judge:
                    self._judging = False
                    return
                _, (entry, image) = self._to_judge.popitem()
            self._judge(entry, image())

    def _judge(self, entry: Entry, image: Image | None) -> None:
        if image is None:
            return
        try:
            row = entry.row()
            if row is not None and entry.times == 1 and row["role"] != "labels":
                codes = frozenset(rule.code for rule in all_rules())
                self._pixels[entry.id] = list(judge(image.volume, row, None, codes, ()).findings)
        except Exception as error:  # noqa: BLE001 - as above
            self.failed = f"{type(error).__name__}: {error}"
        self._judged.add(entry.id)
