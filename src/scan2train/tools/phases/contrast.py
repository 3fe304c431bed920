"""The contrast phase of a CT: what agent, words, times, the picture and a trained model say, weighed together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any, Final

from scan2train.knowledge.contrast_hu import EXCRETED, TYPICAL_HU
from scan2train.knowledge.contrast_words import PHASES, agent_given, may_be, phase_at, phases_of_words
from scan2train.knowledge.tolerances import ACQ003_EARLIEST_S, ACQ003_LATEST_S
from scan2train.measures.contrast_look import ContrastLook

Chances = dict[str, float]

NAMES: Final = tuple(one.name for one in PHASES)
#: A phase is told where it is at least so likely.
_LEAST: Final = 0.6
#: How far words, times and an agent are believed; scanners copy the agent of an examination to all its series.
_WORDS, _TIMES, _AGENT = 0.85, 0.8, 0.8
#: Words and times that contradict one another leave it open.
_WRONG_TIME: Final = 0.05
#: What an organ says at most against a phase: it may have been found at the wrong place.
_FLOOR: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``phase`` is empty where nothing is likely enough; ``by`` are columns of the table of phases."""

    phase: str
    confidence: float
    evidence: str
    by: Mapping[str, str]


def tell(row: Mapping[str, Any], look: ContrastLook | None, model: tuple[Chances, str] | None = None) -> Told:
    """Weigh all that speaks of the phase.

    Parameters
    ----------
    row
        Of the volumes table.
    look
        What the picture shows; ``None`` where nobody looked, or there is no trunk in it.
    model
        What a trained model thinks, by phase, and the same in words; no chances where it does not know.
    """
    said: list[tuple[str, Chances | None, str]] = [
        ("words", *_of_words(row)),
        ("times", *_of_times(row)),
        ("agent", *_of_agent(row)),
        ("picture", *of_picture(look)),
    ]
    if model is not None:
        said.append(("model", model[0] or None, model[1]))
    names = list(dict.fromkeys([*NAMES, *(name for _, one, _ in said for name in one or ())]))
    product = dict.fromkeys(names, 1.0)
    for kind, chances, _ in said:
        for name in names if chances else ():
            # Of phases that a team named itself, only its model can say anything.
            unheard = _FLOOR if kind == "model" else 1 / len(NAMES)
            product[name] *= (chances or {}).get(name, unheard)
    chances = _shares(product)
    by = {f"by_{kind}": _best(one) for kind, one, _ in said if kind != "agent"}
    known = any(one for _, one, _ in said)
    phase = max(names, key=lambda name: chances[name])
    sure = chances[phase] if known else 0.0
    words = [f"{kind}: {text}" for kind, _, text in said if text]
    against = [kind for kind, one, _ in said if one and (best := _best(one)) and best != phase]
    # What a team named itself, nothing but its model can speak of.
    if sure >= _LEAST and against and phase in NAMES:
        words.append(f"against it: {', '.join(against)}")
    return Told(
        phase=phase if sure >= _LEAST else "",
        confidence=round(sure, 3),
        evidence="; ".join(words) or "nothing tells",
        by=by,
    )


def of_picture(look: ContrastLook | None) -> tuple[Chances | None, str]:
    """What the brightness of organs says; and the same in words."""
    if look is None:
        return None, ""
    seen = {name: value for name in TYPICAL_HU if (value := getattr(look, name)) is not None}
    words = [f"{name.removesuffix('_hu').replace('_', ' ')} {value:.0f} HU" for name, value in seen.items()]
    product = dict.fromkeys(NAMES, 1.0)
    for measure, value in seen.items():
        typical = TYPICAL_HU[measure]
        for name in NAMES:
            # A kidney that is brighter than muscle has agent in it.
            middle, spread = typical.get(name, (value + 9e9, 1.0))
            product[name] *= max(_FLOOR, exp(-0.5 * ((value - middle) / spread) ** 2))
    if look.dark:
        words.insert(0, "no vessel brighter than blood without agent")
        product = {name: one * (1.0 if name == "non-contrast" else _FLOOR) for name, one in product.items()}
    if look.urine_hu is not None:
        words.append(f"agent in the urine {look.urine_hu:.0f} HU")
        product = {name: one * EXCRETED[name] for name, one in product.items()}
    elif look.kidney_hu is not None:
        words.append("no agent in the urine")
        product = {name: one * (1 - EXCRETED[name]) for name, one in product.items()}
    # A liver alone has as many HU in fat as in agent.
    telling = look.dark or look.urine_hu is not None or set(seen) - {"liver_hu"}
    return (_shares(product) if telling else None), ", ".join(words)


def _of_words(row: Mapping[str, Any]) -> tuple[Chances | None, str]:
    given = agent_given(row["contrast"] or "", row["contrast_route"] or "")
    for what in ("description", "protocol", "path"):
        if what == "path" and row["format"] == "dicom":
            continue
        text = row[what] or ""
        said = phases_of_words(text)
        named = [name for name in said if name in NAMES]
        if what == "protocol" and (len(named) > 1 or (given is False and named != ["non-contrast"])):
            continue  # it covers several series
        if named:
            rest = (1 - _WORDS) / max(1, len(NAMES) - len(named))
            chances = {name: _WORDS / len(named) if name in named else rest for name in NAMES}
            return chances, f"{what} {text!r} ({', '.join(named)})"
        if said:
            return {name: 0.05 if name == "non-contrast" else 0.95 / 3 for name in NAMES}, f"{what} {text!r}"
    return None, ""


def _of_times(row: Mapping[str, Any]) -> tuple[Chances | None, str]:
    delay = row["contrast_delay_s"]
    if delay is None or agent_given(row["contrast"] or "", row["contrast_route"] or "") is False:
        return None, ""
    words = f"{delay:g} s from the start of the injection to the scan"
    if delay > ACQ003_LATEST_S:
        return None, f"{words}, which cannot be"
    if delay < 0:
        # A scan before its protocol's injection; clocks are off by some seconds.
        return (_mostly("non-contrast", _TIMES), words) if delay < ACQ003_EARLIEST_S else (None, words)
    best = phase_at(delay)
    chances = {name: 0.1 if may_be(name, delay) else _WRONG_TIME for name in NAMES}
    return (_shares(chances | {best: _TIMES}), f"{words} ({best})") if best else (None, words)


def _of_agent(row: Mapping[str, Any]) -> tuple[Chances | None, str]:
    given = agent_given(row["contrast"] or "", row["contrast_route"] or "")
    if given is None:
        return None, ""
    if not given:
        return _mostly("non-contrast", _AGENT), f"none, by the header ({row['contrast']!r})"
    return {name: 0.1 if name == "non-contrast" else 0.3 for name in NAMES}, repr(row["contrast"])


def _mostly(name: str, chance: float) -> Chances:
    return {one: chance if one == name else (1 - chance) / (len(NAMES) - 1) for one in NAMES}


def _shares(product: Chances) -> Chances:
    total = sum(product.values())
    return {name: one / total for name, one in product.items()} if total else product


def _best(chances: Chances | None) -> str:
    """The likeliest; empty where two are."""
    if not chances:
        return ""
    most = max(chances.values())
    best = [name for name, one in chances.items() if one > most - 1e-9]
    return best[0] if len(best) == 1 else ""
