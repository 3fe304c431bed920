"""Contrast agent in a CT: the phases of its way through the body, and the words by which headers tell them.

Four phases are told apart: ``non-contrast``, ``arterial``, ``portal-venous``, ``delayed``. Words are those of
descriptions, protocols and agents in English, German, French, Spanish and Italian; accents and case do not matter.

Sources: delays after the start of an intravenous injection as teaching pages of radiology give them, typical and not
normative (early arterial 15 to 25 s, late arterial 30 to 40, portal venous 60 to 80, nephrographic 80 to 120, delayed
and excretory 3 to 15 minutes); PS3.3 C.7.6.4 (Contrast/Bolus Module). Words: what scanners' protocols write.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase: the delay by which it is told, the delays at which nobody would doubt the word, and its words.

    ``from_s`` and ``to_s`` of all phases meet, so that a delay names one; ``least_s`` and ``most_s`` are where a word
    and a delay contradict each other. Seconds after the start of the injection.
    """

    name: str
    from_s: float
    to_s: float
    least_s: float
    most_s: float
    words: re.Pattern[str]


_AGENT: Final = (
    r"(?:i\.?v\.?[ -]?)?(?:contrast\w*|kontrast\w*|mezzo di contrasto|medio de contraste|produit de contraste"
    r"|inject\w*|injekt\w*|inyeccion|iniezione|km|ce|cm|gd|gad|mdc|mc|pdc|civ|pci|iv|i\.v\.|c)(?![\w-])"
)
_LACKS: Final = (
    r"\b(?:w/?[ ]?o|without|sans|ohne|senza|sin|non?e?|not|nicht|kein\w*"
    r"|pre|vor|avant|antes(?: de)?|prima(?: del)?)\b"
)
#: There is no agent: said in so many words. Taken out of a text before other words are looked for.
_NATIVE: Final = re.compile(
    rf"{_LACKS}[ .:-]*{_AGENT}|\bw/o\b|(?<!& )\bwo\b(?! fs)|\bcontrast\w*\W*(?:none|no)\b"
    r"|\bnativ\w*|\bplain\b|\bbasale\b|\bunenhanced\b|\bnon[ -]?enh?anced\b|\bun[ -]?enh\b"
    r"|\bnon?[ -]?con(?:trast\w*)?\b|\bpre[ -]?(?:contrast\w*|kontrast\w*|con|km)\b|\bnect\b|\bncct\b|\bnccta?\b"
    r"|\bc-(?![a-z0-9])|(?<![a-z0-9])-c\b|\b(?:iv|km|ce|mdc|cm)-(?![a-z0-9])"
    r"|\bca(?:lcium|lcio)?[ -]?sc(?:ore|oring)?\b|\bcalcium\b"
)
_DELAYED: Final = re.compile(
    r"\bdelay\w*|\bexcret\w*|\bescretor\w*|\burogra\w*|\bpyelo\w*|\bausscheidung\w*|\bequilibrium\b"
    r"|\btardi\w*|\bretard\w*|\bretras\w*|\beliminacion\b|\bspat(?:e|phase|aufnahme)?\b|\bspatvenos\w*"
    r"|\blate (?:phase|scan|venous)\b|(?<![\d.])(?:[3-9]|1\d)[ -]?min\w*"
)
_ARTERIAL: Final = re.compile(
    r"\barteri\w*[ -](?:precoce|tardi\w*|temprana|precoz)|\b(?:fruh|spat)[ -]?art\w*"
    r"|\b(?:(?:early|late)[ -]?)?art(?:erial\w*|eriell\w*|eriel\w*|erios\w*|phase)?\b"
    r"|\bc?cta\b|\bcor\w*cta\b|\bctpa\b|\bangio\w*|\bcortico[ -]?medul\w*|\bhap\b|\bpancreatic phase\b"
    r"|\bpulmonary embol\w*|\blungenembol\w*"
)
_VENOUS: Final = re.compile(
    r"\bport(?:al|o)[ -]?(?:ven\w*)?\b|\bportal\w*|\bportoven\w*|\bpv(?:p| phase)\b|\bhepatic phase\b"
    r"|\bven(?:ous|os[aoe]?|ose|eu[sx]e?)?\b|\bvenos\w*|\bveineu\w*"
    r"|\bnephrogr\w*|\bnefrogr\w*|\bnephro\b|\bparenchymal\b"
)

PHASES: Final = (
    Phase(name="non-contrast", from_s=0, to_s=0, least_s=0, most_s=0, words=_NATIVE),
    # "Late arterial" and "artérielle tardive" are arterial: their words stand before those of delay.
    Phase(name="arterial", from_s=0, to_s=50, least_s=5, most_s=65, words=_ARTERIAL),
    Phase(name="delayed", from_s=130, to_s=3600, least_s=90, most_s=7200, words=_DELAYED),
    Phase(name="portal-venous", from_s=50, to_s=130, least_s=40, most_s=150, words=_VENOUS),
)
#: An agent was given, whatever the phase.
_GIVEN: Final = re.compile(
    r"\bcontrast\w*|\bkontrast\w*|\binject\w*|\binjekt\w*|\bkm\b|\bmdc\b|\bpdc\b|\bciv\b|\bc\+|\+c\b|\b(?:iv|km|ce)\+"
    r"|\b(?:w|with)[ /]{1,2}con\b|\bgd\b|\bgad(?:o\w*)?\b|\bcect\b|\bwith iv\b|\bce[ -]?ct\b|\bpost[ -]?(?:con|iv|km)\b"
)
#: Seconds, as "70s" or "35 sec": digits that stand alone, and no kernel such as B30s.
_SECONDS: Final = re.compile(r"(?<![\w.,])(\d{2,3}) ?(?:s|sec|sek|seg|seconds?)\b")
#: Both, in one word.
_WITH_AND_WITHOUT: Final = re.compile(
    r"\b(?:w|with|mit|avec|con)\b[ /&+.,]*+(?:(?:and|und|et|e|y)[ /&+.,]*+)?(?:w/?[ ]?o|without|ohne|sans|senza|sin)\b"
)
#: "70 s delay": how long it was, and no delayed phase.
_DELAY_OF: Final = re.compile(
    r"(?<![\w.,])(\d{2,3} ?s(?:ec|ek|eg)?)\b\W*delay\w*|\bdelay\w*\W*(\d{2,3} ?s(?:ec|ek|eg)?\b)"
)
#: Values of Contrast/Bolus Agent that mean there was none.
_NOBODY: Final = re.compile(
    r"none|no?|non|not? (?:given|applied|used|administered)|n/?a|false|0|nil|[-./ ]*"
    r"|ningun[oa]?|nessuno?|aucune?|keine?s?|nativ\w*|plain|unenhanced|non?[ -]?contrast\w*"
    rf"|(?:without|w/?[ ]?o|sans|ohne|senza|sin|kein\w*|aucun\w*)\b.*|{_LACKS}[ .:-]*{_AGENT}.*"
)
#: Values that say nothing.
_UNKNOWN: Final = re.compile(r"(?:unknown|unk|\?+|anonym\w*|removed|redacted|x+|other|see .*)")
#: Agents and routes that leave the vessels dark.
_SWALLOWED: Final = re.compile(
    r"\boral\w*|\bper[ -]?os\b|\bp\.?o\.?\b|\brectal\w*|\benter\w*|\bgastro\w*|\bbari\w*|\bwater\b|\breadi\w*"
    r"|\bpositiv\w*|\bintrathec\w*|\bintraartic\w*|\bintracav\w*"
)
_INTO_VESSELS: Final = re.compile(
    r"\biv\b|\bi\.v\.?|\bintra[ -]?v\w*|\bvenous\b|\bintra[ -]?art(?:erial)?\b|\bbolus\b"
)


@cache
def agent_given(agent: str, route: str = "") -> bool | None:
    """Whether an agent went into the vessels, by Contrast/Bolus Agent and Route; ``None`` where they do not tell."""
    name, way = _plain(agent), _plain(route)
    said = f"{name} {way}".strip()
    if not name or _UNKNOWN.fullmatch(name):
        return None
    if _NOBODY.fullmatch(name):
        return False
    return None if _SWALLOWED.search(said) and not _INTO_VESSELS.search(said) else True


@cache
def swallowed(agent: str, route: str = "") -> bool:
    """Whether an agent was given into the bowel or another cavity, whatever else was: it is bright there."""
    return bool(_SWALLOWED.search(f"{_plain(agent)} {_plain(route)}"))


@cache
def phases_of_words(text: str) -> tuple[str, ...]:
    """Names of the phases that a description tells of; ``"given"`` where it tells of agent and of no phase.

    Several where it speaks of several, as "w & w/o contrast" does.
    """
    rest = _DELAY_OF.sub(r" \1\2 ", _plain(text))
    both = _WITH_AND_WITHOUT.search(rest) is not None
    found = []
    for phase in PHASES:
        rest, times = phase.words.subn(" ; ", rest)
        if times:
            found.append(phase.name)
    for said in _SECONDS.findall(rest):
        # Below, it is how long something takes.
        if 15 <= int(said) <= 600 and (name := phase_at(float(said))) not in found:
            found.append(name)
    told = [name for name in found if name != "non-contrast"]
    if not told and (both or _GIVEN.search(rest)):
        found.append("given")
    return tuple(found)


def contrast_told(agent: str | None, description: str | None) -> bool | None:
    """Whether an agent went into the vessels; ``None`` where the header does not tell.

    Parameters
    ----------
    agent
        Contrast/Bolus Agent (0018,0010), free text.
    description
        Series Description, which counts where the agent does not say. Scanners copy the agent of an examination to
        all its series: where the two contradict one another, nothing is told.
    """
    by_words, by_agent = _in_words(description or ""), agent_told(agent)
    if by_words is None or by_agent is None:
        return by_words if by_agent is None else by_agent
    return by_agent if by_agent is by_words else None


def agent_told(agent: str | None) -> bool | None:
    """What Contrast/Bolus Agent alone says; an agent that is drunk says nothing of the blood."""
    return agent_given(agent or "")


def _in_words(text: str) -> bool | None:
    said = phases_of_words(text)
    # "With and without" says both, and so nothing of one series.
    return None if not said or ("non-contrast" in said and len(said) > 1) else "non-contrast" not in said


def phase_told(phase: str | None, agent: str | None, description: str | None) -> str:
    """The phase as headers tell it; empty where they do not. ``phase`` is what is known already, and wins."""
    said = [name for name in phases_of_words(description or "") if name != "given"]
    if phase or len(said) == 1:
        return phase or said[0]
    return "non-contrast" if agent_given(agent or "") is False and not said else ""


def phase_at(delay_s: float) -> str:
    """The phase so many seconds after the injection began; empty where no scan would be that early or late."""
    return next((one.name for one in PHASES if one.from_s <= delay_s < one.to_s), "")


def may_be(phase: str, delay_s: float) -> bool:
    """Whether a scan of that phase can have begun so many seconds after the injection."""
    return all(one.least_s <= delay_s <= one.most_s for one in PHASES if one.name == phase)


def _plain(text: str) -> str:
    """Small letters without accents, words apart."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss").lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.replace("_", " ").replace("ae", "a").replace("ue", "u").split())
