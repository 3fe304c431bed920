"""What words of a header say of contrast agent: whether it was given, and how long before the scan.

Sources: PS3.3 C.7.6.4 (Contrast/Bolus), whose agent is free text; series names as Siemens, GE, Philips and Canon
protocols come with, in English, German, French, Spanish and Italian; ACR Manual on Contrast Media for the phases.
"""

from __future__ import annotations

import re
from typing import Final

#: What stands in Contrast/Bolus Agent where none was given.
_NO_AGENT: Final = re.compile(
    r"(?:N|NO(?:NE|N|\b.*)?|NIL|N/?A|0|-+|WITHOUT\b.*|W/?O\b.*|UNENHANCED|NATIVE?|PLAIN|OHNE\b.*|KEIN\w*\b.*|SANS\b.*|SIN\b.*|"
    r"SENZA\b.*|NON?[ _-]?(?:IV[ _-]?)?CON(?:TRAST)?\b.*)"
)
#: Contrast that fills the bowel, and leaves vessels and organs as they are.
_BOWEL: Final = re.compile(r"ORAL|\bPO\b|RECTAL|BARIUM|GASTRO|WATER|TELEBRIX GASTRO")
_VEIN: Final = re.compile(r"\bI\.?V\b|INTRAVEN|VENOUS")

_B, _E = r"(?:^|[^A-Z0-9])", r"(?:$|[^A-Z0-9])"
_WITHOUT: Final = re.compile(
    rf"{_B}(?:NON[ _-]?(?:IV[ _-]?)?(?:CON(?:T(?:RAST(?:ED)?)?)?|ENHANCED|CE)|NO[ _-]?(?:IV[ _-]?)?CON(?:TRAST)?|NC[ _-]?CT|NECT|"
    r"W/?O(?:[ _-]?(?:IV|CON(?:TRAST)?|C))?|WITHOUT(?:[ _-](?:IV|CON\w*|ENH\w*))*|UNENHANCED|UNENH|PLAIN|NATIVE?|PRE[ _-]?CON(?:TRAST)?|"
    r"PRE[ _-]?(?:KM|GD|GAD)|OHNE[ _-]?KM|OHNE KONTRAST\w*|SANS(?:[ _-](?:IV|INJ\w*|CONTRASTE|PDC))?|SIN[ _-](?:CONTRASTE|CIV)|SENZA(?:[ _-]MDC)?|"
    rf"CA[ _-]?SC(?:ORE|ORING)?|CALCIUM[ _-]?SCOR\w*|C-){_E}"
)
_WITH: Final = re.compile(
    rf"{_B}(?:(?:POST|WITH|W)[ _/-]*(?:IV[ _-]?)?(?:CON(?:TRAST)?|C|KM|GD|GAD\w*)|W/(?:IV)?|CE[ _-]?(?:CT|MR\w*)?|CECT|ENHANCED|CONTRAST|"
    r"CONTRASTE|MIT[ _-]?KM|KM|MDC|AVEC[ _-]\w+|CON[ _-]CONTRASTE|CTPA|(?:CT[ _-]?)?ANGIO\w*|COR[ _-]?CTA|CTA|ARTERI\w*|PORTAL\w*|PVP|"
    rf"(?:PORTO)?VENOUS|VENOS\w*|VEINEUX|NEPHRO\w*|EXCRET\w*|UROGRA\w*|C\+|POST[ _-]?GD|\+C){_E}"
)

_BOTH: Final = re.compile(rf"{_B}W(?:ITH)?/?[ _]*(?:&|AND|\+|,)[ _]*W(?:ITHOUT|/?O)")

#: Words of a phase, the more specific first: "portal venous" also holds "venous", "late arterial" also "late".
_PHASES: Final = (
    (
        "arterial",
        re.compile(rf"{_B}(?:(?:EARLY|LATE)?[ _-]?ART(?:ERI\w*)?|HAP|AP[ _-]PHASE|CTPA|CORTICO\w*){_E}"),
    ),
    (
        "portal-venous",
        re.compile(rf"{_B}(?:PORTAL\w*|PORTO\w*|PV|PVP|VEN(?:OUS|OES|OS\w*|EUX)?|VEINEUX){_E}"),
    ),
    (
        "delayed",
        re.compile(rf"{_B}(?:DELAY(?:ED)?|LATE|SPAET|TARDI\w*|EXCRET\w*|UROGRA\w*|NEPHRO\w*|EQUILIB\w*){_E}"),
    ),
)


def contrast_told(agent: str | None, description: str | None) -> bool | None:
    """Whether contrast agent was given into a vein; ``None`` where the header does not tell.

    Parameters
    ----------
    agent
        Contrast/Bolus Agent (0018,0010), free text.
    description
        Series Description, which counts where the agent does not say.
    """
    given = (agent or "").strip().upper()
    if given and _NO_AGENT.fullmatch(given):
        return False
    if given and not (_BOWEL.search(given) and not _VEIN.search(given)):
        return True
    words = (description or "").upper()
    if _BOTH.search(words):
        return None
    without, left = bool(_WITHOUT.search(words)), _WITHOUT.sub(" ", words)
    with_agent = bool(_WITH.search(left))
    # "With and without" says both, and so nothing of one series.
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
