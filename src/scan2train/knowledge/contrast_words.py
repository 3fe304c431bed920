"""What words of a header say of contrast agent: whether it was given, and how long before the scan.

Sources: PS3.3 C.7.6.4 (Contrast/Bolus), whose agent is free text; series names as Siemens, GE, Philips and Canon
protocols come with, in English, German, French, Spanish and Italian; ACR Manual on Contrast Media for the phases.
"""

from __future__ import annotations

import re
from typing import Final


def _any(*patterns: str) -> re.Pattern[str]:
    """One of these, standing by itself."""
    return re.compile(rf"(?:^|[^A-Z0-9])(?:{'|'.join(patterns)})(?:$|[^A-Z0-9])")


#: What stands in Contrast/Bolus Agent where none was given. "Non-ionic" is a kind of agent.
_NO_AGENT: Final = re.compile(
    r"N|NO|NO\W.*|NON|NONE|NIL|N/?A|0|-+|W/?O\b.*|UNENHANCED|NATIVE?|PLAIN|"
    r"(?:WITHOUT|OHNE|KEIN\w*|SANS|SIN|SENZA)\b.*|NON?[ _-]?(?:IV[ _-]?)?CON(?:TRAST)?\b.*"
)
#: Contrast that fills the bowel, and leaves vessels and organs as they are.
_BOWEL: Final = re.compile(r"ORAL|\bPO\b|RECTAL|BARIUM|GASTRO|WATER")
_VEIN: Final = re.compile(r"\bI\.?V\b|INTRAVEN|VENOUS")

_WITHOUT: Final = _any(
    r"NON[ _-]?(?:IV[ _-]?)?(?:CON(?:T(?:RAST(?:ED)?)?)?|ENHANCED|CE)",
    r"NO[ _-]?(?:IV[ _-]?)?CON(?:TRAST)?",
    r"NC[ _-]?CT|NECT|C-",
    r"W/?O(?:[ _-]?(?:IV|CON(?:TRAST)?|C))?",
    r"WITHOUT(?:[ _-](?:IV|CON\w*|ENH\w*))*",
    r"UNENH(?:ANCED)?|PLAIN|NATIVE?",
    r"PRE[ _-]?(?:CON(?:TRAST)?|KM|GD|GAD)",
    r"OHNE[ _-]?(?:KM|KONTRAST\w*)",
    r"SANS(?:[ _-](?:IV|INJ\w*|CONTRASTE|PDC))?",
    r"SIN[ _-](?:CONTRASTE|CIV)|SENZA(?:[ _-]MDC)?",
    # Calcium is scored before contrast is given.
    r"CA[ _-]?SC(?:ORE|ORING)?|CALCIUM[ _-]?SCOR\w*",
)
_WITH: Final = _any(
    r"(?:POST|WITH|W)[ _/-]*(?:IV[ _-]?)?(?:CON(?:TRAST)?|C|KM|GD|GAD\w*)",
    r"W/(?:IV)?|C\+|\+C|CECT|CE(?:[ _-]?(?:CT|MR\w*))?",
    r"ENHANCED|CONTRASTE?|CON[ _-]CONTRASTE|(?:MIT[ _-])?KM|MDC|AVEC[ _-]\w+",
    r"C?CTA|COR\w*[ _-]?CTA|CTPA|(?:CT[ _-]?)?ANGIO\w*",
    r"ARTERI\w*|PORTAL\w*|PVP|(?:PORTO)?VENOUS|VENOS\w*|VEINEUX|NEPHRO\w*|EXCRET\w*|UROGRA\w*",
)
#: "With and without" says both, and so nothing of one series.
_BOTH: Final = re.compile(r"\bW(?:ITH)?/?[ _]*(?:&|AND|\+|,)[ _]*W(?:ITHOUT|/?O)")

#: Words of a phase, the more specific first: "portal venous" also holds "venous", "late arterial" also "late".
_PHASES: Final = (
    ("arterial", _any(r"(?:(?:EARLY|LATE)?[ _-]?)ART(?:ERI\w*)?", r"HAP|AP[ _-]PHASE|CTPA|CORTICO\w*")),
    ("portal-venous", _any(r"PORTAL\w*|PORTO\w*|PV|PVP|VEN(?:OUS|OES|OS\w*)?|VEINEUX")),
    ("delayed", _any(r"DELAY(?:ED)?|LATE|SPAET|TARDI\w*|EXCRET\w*|UROGRA\w*|NEPHRO\w*|EQUILIB\w*")),
)


def contrast_told(agent: str | None, description: str | None) -> bool | None:
    """Whether contrast agent was given into a vein; ``None`` where the header does not tell.

    Parameters
    ----------
    agent
        Contrast/Bolus Agent (0018,0010), free text.
    description
        Series Description, which counts where the agent does not say. Scanners copy the agent of an examination to
        all its series: where the two contradict one another, nothing is told.
    """
    by_words, by_agent = _in_words((description or "").upper()), agent_told(agent)
    if by_words is None or by_agent is None:
        return by_words if by_agent is None else by_agent
    return by_agent if by_agent is by_words else None


def agent_told(agent: str | None) -> bool | None:
    """What Contrast/Bolus Agent alone says; an agent that is drunk says nothing of the blood."""
    given = (agent or "").strip().upper()
    if not given or (_BOWEL.search(given) and not _VEIN.search(given)):
        return None
    return _NO_AGENT.fullmatch(given) is None


def _in_words(words: str) -> bool | None:
    if _BOTH.search(words):
        return None
    without, left = bool(_WITHOUT.search(words)), _WITHOUT.sub(" ", words)
    with_agent = bool(_WITH.search(left))
    return None if without == with_agent else with_agent


def phase_told(phase: str | None, agent: str | None, description: str | None) -> str:
    """The phase of contrast, as a word of :data:`scan2train.task.Phase`; empty where the header does not tell.

    ``phase`` is what is known of it already, and wins.
    """
    if phase:
        return phase
    if contrast_told(agent, description) is False:
        return "non-contrast"
    words = (description or "").upper()
    said = [name for name, pattern in _PHASES if pattern.search(words)]
    return said[0] if said else ""
