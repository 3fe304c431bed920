"""Gradient boosting on a team's own corrected table, kept as JSON with the ranges that it was trained on.

The trees are scikit-learn's (:class:`sklearn.ensemble.GradientBoostingClassifier`, J. H. Friedman, Greedy function
approximation, Ann Stat 29:1189, 2001). They are kept as plain numbers and asked with numpy alone: a file of pickled
objects runs what whoever wrote it wants, and is bound to one release of its library.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.tools.phases.features import FEATURES, MEASURED, features_of

Numbers = npt.NDArray[np.float64]

_VERSION: Final = 1
#: So many rows of each phase are learnt from at least.
_LEAST: Final = 3
#: What was not found, as a number that no measure has.
_ABSENT: Final = -1e6
#: A measure may lie beyond what was seen by this part of the range.
_BEYOND: Final = 0.1
_TREES, _DEPTH, _RATE, _SEED = 60, 3, 0.1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One regression tree: for each node its feature, threshold, children (-1 in a leaf) and value."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def at(self, numbers: Numbers) -> float:
        """The value of the leaf that these features lead to, compared as scikit-learn does, in single precision."""
        node = 0
        while self.left[node] >= 0:
            goes_left = np.float32(numbers[self.feature[node]]) <= self.threshold[node]
            node = self.left[node] if goes_left else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """``rounds`` of one tree a phase (one in all where there are two phases), and the envelope.

    ``ranges`` are the lowest and highest value of each measure among the training rows, ``None`` where none had it;
    ``rows`` how many there were of each phase.
    """

    phases: tuple[str, ...]
    rate: float
    rounds: tuple[tuple[Tree, ...], ...]
    ranges: Mapping[str, tuple[float, float] | None]
    rows: Mapping[str, int]

    @classmethod
    def train(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Learn from rows of the table of phases that a person corrected: ``phase`` is what shall be told.

        The same rows give the same trees.

        Raises
        ------
        WrongUse
            If fewer than two phases have three corrected rows each.
        """
        told = [row for row in rows if row["correction"]]
        counts = Counter(row["phase"] for row in told)
        phases = tuple(sorted(name for name, n in counts.items() if n >= _LEAST))
        if len(phases) < 2:
            raise WrongUse(
                "there are too few corrected rows to learn from",
                expected=f"two phases with {_LEAST} rows each in the column correction",
                found=", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none",
                advice="Correct more rows, or confirm those that are right by writing their phase.",
            )
        used = sorted((row for row in told if row["phase"] in phases), key=lambda row: str(row["volume"]))
        table = np.array([features_of(row) for row in used])
        from sklearn.ensemble import GradientBoostingClassifier

        made = GradientBoostingClassifier(
            init="zero", n_estimators=_TREES, max_depth=_DEPTH, learning_rate=_RATE, random_state=_SEED
        ).fit(_filled(table), [phases.index(row["phase"]) for row in used])
        ranges: dict[str, tuple[float, float] | None] = {}
        for at, name in enumerate(MEASURED):
            seen = table[~np.isnan(table[:, at]), at]
            ranges[name] = (float(seen.min()), float(seen.max())) if seen.size else None
        return cls(
            phases=phases,
            rate=_RATE,
            rounds=tuple(tuple(_tree(one.tree_) for one in row) for row in made.estimators_),
            ranges=ranges,
            rows={name: counts[name] for name in phases},
        )

    def tell(self, row: Mapping[str, Any]) -> tuple[dict[str, float], str]:
        """The chance of each phase, and the same in words; no chances outside of the envelope, and why."""
        outside = self._outside(row)
        if outside:
            return {}, f"does not know: {outside}"
        numbers = _filled(features_of(row)[None])[0]
        raw = self.rate * np.sum([[tree.at(numbers) for tree in one] for one in self.rounds], axis=0)
        if len(self.phases) == 2:
            raw = np.array([0.0, raw[0]])
        chances = np.exp(raw - raw.max())
        shares = dict(zip(self.phases, (chances / chances.sum()).tolist(), strict=True))
        best = max(shares, key=lambda name: shares[name])
        return shares, f"{best} ({shares[best]:.2f})"

    def _outside(self, row: Mapping[str, Any]) -> str:
        if all(row[name] is None for name in MEASURED):
            return "nothing was measured"
        for name, seen in self.ranges.items():
            value = row[name]
            if value is None:
                continue
            if seen is None:
                return f"{name} {value:g}, which no row that it learnt from had"
            slack = _BEYOND * (seen[1] - seen[0])
            if not seen[0] - slack <= value <= seen[1] + slack:
                return f"{name} {value:g}, learnt between {seen[0]:g} and {seen[1]:g}"
        return ""

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all."""
        data = {"version": _VERSION, "features": FEATURES, **asdict(self)}
        with replacing(path) as file:
            file.write(json.dumps(data, indent=1).encode())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        WrongUse
            If it is no such file, or of features that are no longer measured.
        """
        try:
            data = json.loads(path.read_bytes())
            if data["version"] != _VERSION or tuple(data["features"]) != FEATURES:
                raise WrongUse(
                    "the model is of another version",
                    where=path,
                    expected=f"version {_VERSION} and the features of this release",
                    found=f"version {data['version']}",
                    advice="Train it again.",
                )
            rounds = tuple(
                tuple(Tree(**{name: tuple(cells) for name, cells in tree.items()}) for tree in one)
                for one in data["rounds"]
            )
            model = cls(
                phases=tuple(data["phases"]),
                rate=float(data["rate"]),
                rounds=rounds,
                ranges={
                    name: None if two is None else (two[0], two[1]) for name, two in data["ranges"].items()
                },
                rows=dict(data["rows"]),
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise WrongUse(
                "the model of phases cannot be read", where=path, found=f"{type(error).__name__}: {error}"
            ) from error
        model._require_sound(path)
        return model

    def _require_sound(self, path: Path) -> None:
        """Refuse trees that lead nowhere, or round in a circle: children come after their node."""
        wide = 1 if len(self.phases) == 2 else len(self.phases)
        for one in self.rounds:
            for tree in one:
                n = len(tree.left)
                sizes = {n, len(tree.right), len(tree.feature), len(tree.threshold), len(tree.value)}
                leads = all(
                    (left < 0) or (node < left < n and node < right < n and 0 <= feature < len(FEATURES))
                    for node, (left, right, feature) in enumerate(
                        zip(tree.left, tree.right, tree.feature, strict=False)
                    )
                )
                if len(sizes) != 1 or not n or not leads:
                    raise WrongUse("the model of phases is damaged", where=path, advice="Train it again.")
            if len(one) != wide:
                raise WrongUse("the model of phases is damaged", where=path, advice="Train it again.")
        if set(self.ranges) != set(MEASURED) or not self.rounds or len(self.phases) < 2:
            raise WrongUse("the model of phases is damaged", where=path, advice="Train it again.")


def _filled(table: Numbers) -> Numbers:
    return np.where(np.isnan(table), _ABSENT, table)


def _tree(tree: Any) -> Tree:
    return Tree(
        feature=tuple(tree.feature.tolist()),
        threshold=tuple(tree.threshold.tolist()),
        left=tuple(tree.children_left.tolist()),
        right=tuple(tree.children_right.tolist()),
        value=tuple(tree.value[:, 0, 0].tolist()),
    )
