"""When a tracer was injected, and to what time the values of a PET were corrected for decay.

After the vendor-neutral pseudo-code of the QIBA FDG-PET/CT committee.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from scan2train.formats.dicom.uptake_header import GE_SCAN, UptakeHeader
from scan2train.knowledge.tolerances import ACQ008_CLOCKS_S, ACQ008_MOST_HALF_LIVES

_DAY = timedelta(days=1)
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
#: Hours and minutes from UTC, at the end of a DT or alone (PS3.5 6.2).
_FROM_UTC = re.compile(r"([+-])(\d\d)(\d\d)$")
_TIME = re.compile(r"(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?")


def corrected_to(headers: Sequence[UptakeHeader], half_life_s: float, *, part: bool) -> tuple[datetime, str]:
    """The time to which a series was corrected (Decay Correction START), and what it was taken from.

    Series Date and Time, unless they are after an acquisition: then the series was made or changed afterwards, and the
    scan began at GE's private time of it, or else at the earliest acquisition. Where these slices are ``part`` of a
    series, such as a point of time, the earliest may not be among them, and Frame Reference Time counts from it.

    Raises
    ------
    NonconformingHeader
        If a date or time is missing, or Frame Reference Time says that earlier slices belong to the same scan.
    """
    first = headers[0]
    declared = first.text("DecayCorrectionDateTime")
    if declared:
        found = _on_its_clock(first, declared)
        if found is None:
            raise first.lacks("DecayCorrectionDateTime", "a date and time", found=declared)
        return found, "decay correction time"
    series = _moment(first, "SeriesDate", "SeriesTime")
    acquired = [_acquired(header) for header in headers]
    if series <= min(acquired):
        return series, "series time"
    private = first.private(GE_SCAN)
    scan = date_time(str(private)) if private is not None else None
    if scan is not None:
        return scan, "GE scan time"
    implied = [_implied(header, at, half_life_s) for header, at in zip(headers, acquired, strict=True)]
    return _after_the_fact(first, min(acquired), implied, part=part)


def _after_the_fact(
    first: UptakeHeader, earliest: datetime, implied: Sequence[datetime | None], *, part: bool
) -> tuple[datetime, str]:
    """The beginning of a scan whose Series Time is later, by acquisitions and what Frame Reference Times imply."""
    told = [at for at in implied if at is not None]
    if part and len(told) < len(implied):
        raise first.lacks(
            "FrameReferenceTime",
            "the time since the scan began, for this is one of several volumes of a series that was made later",
        )
    scan, source = (min(told), "frame reference time") if part else (earliest, "earliest acquisition time")
    if any(abs((at - scan).total_seconds()) > ACQ008_CLOCKS_S for at in told):
        raise first.lacks(
            "SeriesTime",
            "a time that is not after Acquisition Time",
            found="a later one, and Frame Reference Time tells of a scan that began before the first of these slices",
        )
    return scan, source


def injected(header: UptakeHeader, scan: datetime, half_life_s: float) -> datetime:
    """When the tracer was injected: the DateTime that is given, or the last such time of day before ``scan``.

    Raises
    ------
    NonconformingHeader
        If neither is there, or a time without its date could be that of several days.
    """
    whole = _on_its_clock(header, header.text("RadiopharmaceuticalStartDateTime"))
    if whole is not None:
        return whole
    text = header.text("RadiopharmaceuticalStartTime")
    of_day = _time(text)
    if of_day is None:
        raise header.lacks(
            "RadiopharmaceuticalStartTime" if text else "RadiopharmaceuticalStartDateTime",
            "RadiopharmaceuticalStartDateTime (0018,1078) or RadiopharmaceuticalStartTime (0018,1072)",
            found=text or None,
        )
    if ACQ008_MOST_HALF_LIVES * half_life_s > _DAY.total_seconds():
        raise header.lacks(
            "RadiopharmaceuticalStartDateTime",
            "the date of the injection, since this nuclide can be scanned days after it",
        )
    start = datetime.combine(scan.date(), datetime.min.time()) + of_day
    return start if start <= scan else start - _DAY


def date_time(text: str) -> datetime | None:
    """A DT with at least hours and minutes (PS3.5 6.2), as the clock on the wall showed it; ``None`` if it is none."""
    date = _DATE.match(text.strip())
    return None if date is None else _joined(date.group(), text.strip()[date.end() :])


def _on_its_clock(header: UptakeHeader, text: str) -> datetime | None:
    """A DT by the clock that the header's own times are told by, where both name their time zone (PS3.3 C.12.1.1)."""
    found, own = date_time(text), _from_utc(text)
    home = _from_utc(header.text("TimezoneOffsetFromUTC"))
    return found if found is None or own is None or home is None else found - own + home


def _from_utc(text: str) -> timedelta | None:
    parts = _FROM_UTC.search(text.strip())
    if parts is None:
        return None
    east = timedelta(hours=int(parts[2]), minutes=int(parts[3]))
    return east if parts[1] == "+" else -east


def _acquired(header: UptakeHeader) -> datetime:
    own = date_time(header.text("FrameAcquisitionDateTime"))
    if own is not None:
        return own
    if not (header.text("AcquisitionDate") and header.text("AcquisitionTime")):
        whole = date_time(header.text("AcquisitionDateTime"))
        if whole is not None:
            return whole
    return _moment(header, "AcquisitionDate", "AcquisitionTime")


def _moment(header: UptakeHeader, date: str, time: str) -> datetime:
    for keyword, pattern in ((date, _DATE), (time, _TIME)):
        text = header.text(keyword)
        if not pattern.match(text):
            raise header.lacks(keyword, "a date" if keyword is date else "a time", found=text or None)
    found = _joined(header.text(date), header.text(time))
    if found is None:
        raise header.lacks(date, "a day of the calendar", found="one that does not exist")
    return found


def _joined(date: str, time: str) -> datetime | None:
    parts, of_day = _DATE.match(date), _time(time)
    if parts is None or of_day is None:
        return None
    try:
        year, month, day = (int(part) for part in parts.groups())
        return datetime(year, month, day) + of_day  # noqa: DTZ001 - of the clock on the wall
    except ValueError:
        return None


def _time(text: str) -> timedelta | None:
    parts = _TIME.match(text.strip())
    if parts is None:
        return None
    hours, minutes, seconds, fraction = parts.groups()
    if int(hours) > 23 or int(minutes) > 59:
        return None
    return timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "").ljust(6, "0")),
    )


def _implied(header: UptakeHeader, acquired: datetime, half_life_s: float) -> datetime | None:
    """The scan's beginning by Frame Reference Time, which counts from it to the frame's mean count rate, in ms."""
    reference, duration = header.number("FrameReferenceTime"), header.number("ActualFrameDuration")
    if not reference or not duration or reference < 0 or duration < 0:
        return None
    rate = math.log(2) / half_life_s
    lost = rate * duration / 1000
    within = math.log(lost / -math.expm1(-lost)) / rate
    return acquired + timedelta(seconds=within - reference / 1000)
