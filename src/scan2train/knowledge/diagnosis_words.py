"""Words of diagnoses and of groups of cases, in several languages, and what else they may mean.

Collected from the class names of public data sets (LIDC-IDRI, NIH ChestX-ray14, CheXpert, RSNA challenges, COVID-19
collections, ADNI, BraTS, CBIS-DDSM), the assessment categories of the American College of Radiology (BI-RADS, LI-RADS,
PI-RADS, Lung-RADS), and RadLex; with their forms in German, French, Spanish, Italian, Portuguese and Dutch.
"""

from __future__ import annotations

import re
from typing import Final


def _stems(text: str) -> re.Pattern[str]:
    """Stems anywhere in a word: compounds end with them (Bronchialkarzinom, Hirntumor)."""
    return re.compile("|".join(text.split()))


#: Stems of words that name what a patient has.
_DISEASE: Final = _stems(
    """
    cancer cancro cáncer krebs kanker carcinom karzinom adenocarcinom adenokarzinom sarcom sarkom lymphom
    linfom leukemi leukaemi leukämi melanom gliom glioblastom meningiom metasta neoplas malign bösartig benign gutartig
    covid coronavirus sarscov pneumoni pneumonie polmonit neumon tubercul tuberkul hemorrhag haemorrhag hämorrhag
    hemorrag blutung hematom haematom hämatom infarct infarkt infarto fractur fraktur frattura fratura pneumothora
    cardiomegal emphysem enfisem fibros fibrot atelecta alzheimer parkinson schizophren schizofren autis cirrhos zirrhos
    cirros hepatit steatos pancreatit pankreatit appendicit appendizit diverticulit patholog pathologi diseased
    """
)
_DISEASE_WHOLE: Final = re.compile(r"gbm|hgg|lgg|hcc|nsclc|sclc|ncov|copd|adhd|ards|dcis")
#: Also the names of what is looked for: of themselves they name a protocol as often as a finding.
_SOUGHT: Final = _stems(
    """
    tumor tumour tumeur tumeure nodul noduli stroke schlaganfall embol aneurysm aneurism anévrisme epilep dementi
    démence demenz ischemi ischaemi ischämi isquemi
    """
)
#: Words that make groups of cases: normal is a dose as well, positive a polarity, control a check.
_GROUP: Final = re.compile(
    r"normals?|abnormal|abnormals?|healthy|gesund|gesunde|sains?|sanos?|controls?|kontrollen|positive?|positiv|negative?"
    r"|negativ|unremarkable"
)
_GROUP_ALONE: Final = re.compile(r"abnormal|healthy|gesunde?|unremarkable")
#: Assessment categories, with their number.
_CATEGORY: Final = re.compile(
    r"\b(?:acr)?[-_ ]?(bi|li|pi|ti|o|lung|cad|c)[-_ ]?rads?[-_ :]*(?:category|cat|score)?[-_ :]*(?:[0-6][abcx]?)\b"
    r"|\b(gleason)[-_ ]*(?:score)?[-_ :]*\d"
)
#: Words beside which a sought disease is a protocol, a question, or a program.
_CONTEXT: Final = re.compile(
    r"protoc?ol?s?|protokoll|protocole|protocolo|screen|screening|follow|followup|fu|verlauf|verlaufskontrolle"
    r"|nachsorge|suivi|control|kontrolle|rule|ro|exclude|excl|ausschluss|suspected|suspicion|susp|verdacht|va|fraglich"
    r"|evaluate|evaluation|eval|workup|question|query|staging|program|programm|perfusion|angio|cta|mra|ctp|code|alert"
    r"|planning|series|routine|contrast|kontrast|kontrastmittel|km|iv|with|without|w|wo|mit|ohne|pre|post|low|dose"
    r"|prevention|study|trial|search|check|detection|surveillance|template|set|dataset|data|task|challenge|cohort"
)
_PART: Final = re.compile(r"[^\W\d_]+")
#: Compounds that are written in two: the end of the first word and the beginning of the second.
_NOT_MEANT: Final = re.compile(
    r"normal(?:ized|ised|ization|isation)|tumor[-_ ]?bed|(?:ultra)?low[-_ ]?normal|normal[-_ ]?(?:dose|resolution|mode"
    r"|kernel|filter|contrast|speed|breathing|breath|res|quality)|positive[-_ ]?contrast|cancer[-_ ]?(?:center|centre"
    r"|institute|hospital|agency|imaging|archive|unit|clinic)|negative[-_ ]?contrast"
    r"|control[-_ ]?(?:point|scan|image|room)"
    r"|quality[-_ ]?control|dose[-_ ]?control|contrast[-_ ]?control"
)


def diagnosis_words(text: str, *, groups: bool = True) -> list[str]:
    """Words of a text that tell what a patient has, in lower case and in their order.

    Parameters
    ----------
    text
        A description, a comment, or the name of a file or folder. Digits and underscores part words.
    groups
        Whether words such as ``normal``, ``control`` and ``positive`` count; ``healthy`` and ``abnormal`` always do.

    Returns
    -------
    list[str]
        Empty where there is none, or where what is named is only looked for: ``"stroke protocol"``,
        ``"tumor follow-up"``, ``"lung nodule screening"``, ``"rule out fracture"``, ``"covid?"``.
    """
    low = _NOT_MEANT.sub(" ", text.casefold())
    found = [" ".join(match.group(0).replace("_", " ").split()) for match in _CATEGORY.finditer(low)]
    parts = _PART.findall(low)
    asked = "?" in low or "r/o" in low or "v.a." in low or "z.a." in low
    context = asked or any(_CONTEXT.fullmatch(part) for part in parts)
    for part in parts:
        disease = _DISEASE.search(part) or _DISEASE_WHOLE.fullmatch(part) or _SOUGHT.search(part)
        group = _GROUP_ALONE.fullmatch(part) or (groups and not asked and _GROUP.fullmatch(part))
        if (disease and not context) or group:
            found.append(part)
    return list(dict.fromkeys(found))
