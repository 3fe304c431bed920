"""From tested features to what is said of them: one word an attribute, and no value that identifies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scan2train.cohort.case_fields import Field
from scan2train.cohort.case_labels import Labels
from scan2train.cohort.permuted import Tested
from scan2train.cohort.traits import Trait
from scan2train.knowledge.diagnosis_words import diagnosis_words
from scan2train.knowledge.identifying import EMPTIED, REMOVED
from scan2train.knowledge.tolerances import LEK002_P
from scan2train.knowledge.unsafe_text import harmless
from scan2train.rule.telling import Kind, Telling

_WORD, _SHORTEST_WORD = "the word ", 3
_PLAIN = ("whether it is there", "whether it is filled", "its value")
#: Descriptions of what was scanned: their words name no person.
_DESCRIPTIONS = frozenset({0x00081030, 0x0008103E, 0x00181030, 0x00180015, 0x00400254, 0x00321060})
#: Texts of a scanner that are shown, though a profile of de-identification may clean them.
_SHOWN_LEVELS, _MOST_OTHERS = 4, 3
_FREE = frozenset({"LT", "ST", "UT", "PN", "name", "folder", "text", "DA", "DT", "TM", "UI"})


@dataclass(frozen=True, slots=True)
class _Hit:
    trait: Trait
    p: float
    strength: float


def tellings_of(alike: Sequence[Sequence[Trait]], tested: Tested, labels: Labels) -> list[Telling]:
    """What tells the label with p below the threshold, the surest first; all together only where nothing does alone."""
    hits: dict[Field, list[_Hit]] = defaultdict(list)
    for traits, p, strength in zip(alike, tested.p.tolist(), tested.strength.tolist(), strict=True):
        if p < LEK002_P:
            for trait in traits:
                hits[trait.field].append(_Hit(trait, p, strength))
    told = [_telling(field, found, labels) for field, found in hits.items()]
    if not told and tested.together_p < LEK002_P:
        told.append(
            Telling(
                kind="text",
                name="all attributes together",
                how=_measure(labels, tested),
                p=tested.together_p,
                strength=max(0.0, tested.together),
                cases=len(labels.codes),
            )
        )
    return sorted(told, key=lambda one: (one.p, -one.strength, one.name))


def _telling(field: Field, hits: Sequence[_Hit], labels: Labels) -> Telling:
    # Of sides that tell alike the plainest: that it is there, its value, a word; then how it is built.
    ordered = sorted(hits, key=lambda hit: (hit.p, -round(hit.strength, 6), _plainness(hit.trait)))
    best = ordered[0]
    layout = field.vr == "folder" and any(_is_layout(hit.trait, labels) for hit in hits)
    names = list(dict.fromkeys(_how(hit.trait) for hit in ordered))
    kinds: set[Kind] = {"text" if _diagnosis(hit.trait) else field.kind for hit in ordered}
    return Telling(
        kind="text" if "text" in kinds else "site",
        name=field.name
        + (f" ({field.tag >> 16:04X},{field.tag & 0xFFFF:04X})" if field.tag is not None else ""),
        how=names[0],
        p=best.p,
        strength=best.strength,
        cases=len(labels.codes),
        shown=_shown(best.trait, labels),
        others=tuple(names[1 : 1 + _MOST_OTHERS]),
        layout=layout,
        stripped=_stripped(field),
    )


def _how(trait: Trait) -> str:
    """Which side of an attribute; a word only where it is one of medicine, or of a description."""
    if not trait.how.startswith(_WORD):
        return trait.how
    word = trait.how.removeprefix(_WORD)
    known = bool(diagnosis_words(word)) or (trait.field.tag in _DESCRIPTIONS and word.isalpha())
    return f"the word {harmless(word, 40)}" if known else "one of its words"


def _plainness(trait: Trait) -> int:
    if trait.how in _PLAIN:
        return _PLAIN.index(trait.how)
    word = trait.how.startswith(_WORD) and len(trait.how) - len(_WORD) >= _SHORTEST_WORD
    return len(_PLAIN) + (not word)


def _diagnosis(trait: Trait) -> bool:
    return trait.how.startswith(_WORD) and bool(diagnosis_words(trait.how.removeprefix(_WORD)))


def _is_layout(trait: Trait, labels: Labels) -> bool:
    """Folders that are named after the classes, or after diagnoses, one class a folder."""
    if trait.how != "its value" or not labels.names:
        return False
    pairs = {
        (str(level).casefold(), labels.names[code])
        for level, code in zip(trait.levels, labels.codes, strict=True)
    }
    one_class = len({level for level, _ in pairs}) == len(pairs)
    named = all(level == label.casefold() or diagnosis_words(level) for level, label in pairs)
    return one_class and (named or sum(bool(diagnosis_words(level)) for level, _ in pairs) > 1)


def _shown(trait: Trait, labels: Labels) -> str:
    """The usual level of each class, where that identifies nobody."""
    field = trait.field
    hidden = field.vr in _FREE or (
        (field.tag in EMPTIED or field.tag in REMOVED) and field.tag not in _DESCRIPTIONS
    )
    private = field.tag is not None and (field.tag >> 16) % 2 == 1
    if hidden or private or field.kind != "site" or trait.numeric or not labels.names:
        return ""
    if trait.how != "its value" or len(labels.names) > _SHOWN_LEVELS:
        return ""
    parts = []
    for code, name in enumerate(labels.names):
        levels = [level for level, own in zip(trait.levels, labels.codes, strict=True) if own == code]
        level, times = Counter(levels).most_common(1)[0]
        value = "nothing" if level is None else harmless(str(level), 40)
        parts.append(f"{harmless(name, 20)}: {value} in {times} of {len(levels)}")
    return "; ".join(parts)


def _stripped(field: Field) -> bool:
    """Whether ``clean --strip-leaks`` takes it out: what identifies, free text, and what is private."""
    if field.tag is None:
        return False
    return (
        field.tag in EMPTIED | REMOVED or field.vr in ("LT", "ST", "UT", "PN") or (field.tag >> 16) % 2 == 1
    )


def _measure(labels: Labels, tested: Tested) -> str:
    what = "balanced accuracy" if len(labels.names) > 2 else "correlation"
    return f"each case is predicted by the others, {what} {tested.together:.2f} ({tested.by_chance:.2f} by chance)"
