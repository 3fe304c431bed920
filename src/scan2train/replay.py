"""The same cases once more, from the sources, by their accounts alone: to the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scan2train.errors import CasesFailed, OutputDamaged, WrongUse
from scan2train.index import Index, index
from scan2train.paths import path_given
from scan2train.preparing.apart import require_apart
from scan2train.preparing.carry_out import carry_out
from scan2train.preparing.lock import refuse_if_held
from scan2train.preparing.ownership import RECIPE
from scan2train.preparing.prepared import files_of
from scan2train.preparing.request import Request
from scan2train.preparing.result import Prepared
from scan2train.preparing.roots import places_of_sources
from scan2train.preparing.run import Progress
from scan2train.reading.options import Options
from scan2train.replaying.beside import fit_of, folds_of
from scan2train.replaying.compare import differences, other_versions
from scan2train.replaying.plan import plan_again
from scan2train.verifying.change import Change
from scan2train.verifying.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay made.

    ``prepared`` is the new set; ``failed`` maps a case that was made then and not now to the reason; ``changes`` are
    the files that are not what they were; ``versions`` what was at work in another version then than now, each with
    both.
    """

    prepared: Prepared
    n_same: int
    failed: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether every file is the same to the byte."""
        return not (self.failed or self.changes)

    def raise_for_changes(self) -> None:
        """Do nothing where every file is the same to the byte.

        Raises
        ------
        CasesFailed
            Otherwise; names the first case that failed, or the first file that differs and the likely reason.
        """
        for case, error in self.failed.items():
            raise CasesFailed(
                f"{len(self.failed)} of {len(self.failed) + self.n_same} cases could not be replayed",
                where=self.prepared.out,
                found=f"{case}: {error}",
            )
        if self.changes:
            reason = ", ".join(
                f"{name} {then} then, {now} now" for name, (then, now) in self.versions.items()
            )
            raise CasesFailed(
                "1 file is not what it was"
                if len(self.changes) == 1
                else f"{len(self.changes)} files are not what they were",
                where=self.prepared.out,
                found=str(self.changes[0]),
                advice=f"The likely reason is other versions: {reason}. See with `diff` what they change."
                if reason
                else "The versions are the same, so that the reason is another: see with `diff` what differs.",
            )


def replay(
    out: str | Path,
    to: str | Path,
    *,
    source: str | Path | None = None,
    cases: Collection[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Make the cases of a prepared set once more, by their accounts, and compare every file.

    What is done to each case is what its account says was done, step by step; the recipe is not asked again. What
    comes out is a prepared set of its own, and a replay that was stopped goes on when it is started again.

    Parameters
    ----------
    out
        A folder that :func:`scan2train.prepare` wrote; it may have been moved since, and is only read.
    to
        The folder to write to.
    source
        Where the sources lie now, if they have moved: the folder that was prepared, or the one that holds all of
        them.
    cases
        The names of the cases; all if not given.
    jobs
        Number of processes; as many as there are cores if not given.
    progress
        Called with the number of cases made, their total, and the name of the last.

    Returns
    -------
    What was made, and what differs. A case whose sources are not what its account says fails, and the rest goes on.

    Raises
    ------
    WrongUse
        If ``out`` is no prepared set, has no such case, or its sources are not there, or ``to`` lies in one.
    OutputDamaged
        If the recipe of the set is not the one that it was prepared with.
    OutputInUse
        If a run holds either folder, or ``to`` holds something else.
    """
    folder, target = path_given(out), path_given(to).absolute()
    said = Said.by(folder)
    refuse_if_held(folder)
    refuse_if_held(target)
    if folder.resolve() == target.resolve():
        raise WrongUse("a set is not replayed into itself", where=folder, advice="Choose another folder.")
    request = _request(said)
    names = _cases(said, cases)
    places, found = _sources(said, names, None if source is None else path_given(source), jobs, cases is None)
    # Where the set itself lies in such a folder, files in it were the source, and not the folder.
    require_apart((place for place in places.values() if not folder.resolve().is_relative_to(place)), target)
    planned = plan_again(said, names, found, places, request)
    fit = fit_of(said, request.recipe)
    prepared = carry_out(
        planned,
        request,
        target,
        found,
        fitting=lambda: fit,
        folds=folds_of(said),
        jobs=jobs,
        progress=progress,
    )
    made = [case for case in names if case in said.done]
    state = dict(prepared.cases.select("case", "state").iter_rows())
    error = dict(prepared.cases.select("case", "error").iter_rows())
    changes = differences(said, target, [case for case in made if state[case] == "done"], whole=cases is None)
    failed = {case: error[case] for case in made if state[case] != "done"}
    changed = {change.case for change in changes}
    return Replayed(
        prepared=prepared,
        n_same=sum(case not in changed and case not in failed for case in made),
        failed=failed,
        changes=tuple(changes),
        versions=other_versions(said, made),
    )


def _request(said: Said) -> Request:
    asked = said.journal.asked or {}
    if said.recipe is None or said.recipe.fingerprint != asked.get("recipe"):
        raise OutputDamaged(
            "the recipe is not the one that the set was prepared with",
            where=said.out / RECIPE,
            expected=f"fingerprint {asked.get('recipe')}",
            found="none that can be read"
            if said.recipe is None
            else f"fingerprint {said.recipe.fingerprint}",
            advice="Put the file back as it was; what is done to each case is in the accounts all the same.",
        )
    reading = Options(irregular=asked["irregular"], suv=asked.get("suv"))
    return Request(
        recipe=said.recipe,
        reading=reading,
        seed=asked["seed"],
        store=asked["store"],
        layout=asked["layout"],
        folder=asked.get("folder", ""),
        stack=asked.get("stack", False),
    )


def _cases(said: Said, wanted: Collection[str] | None) -> list[str]:
    known = list(said.rows) if said.rows is not None else list(said.journal.entries)
    strange = sorted(set(wanted or ()) - set(known))
    if strange:
        raise WrongUse(
            "the set has no such case", expected=", ".join(known[:5]), found=", ".join(strange[:5])
        )
    return known if wanted is None else [case for case in known if case in wanted]


def _sources(
    said: Said, cases: Collection[str], moved: Path | None, jobs: int | None, whole: bool
) -> tuple[dict[str, Path], Index]:
    accounts = [said.accounts[case] for case in cases if case in said.accounts]
    needed = {one["source"] for account in accounts for one in files_of(account)}
    scans = {one["source"] for account in accounts for one in account["sources"]}
    others = set((said.dataset or {}).get("sources", ())) if whole else set()
    places = places_of_sources(said.out, said.journal, needed | others, moved)
    missing = sorted(str(places[name]) for name in needed if not places[name].exists())
    if missing or not scans:
        raise WrongUse(
            "the scans that the cases were made from are not there",
            where=", ".join(missing) or said.out,
            advice="Say where they lie now with --source: the folder that was prepared.",
        )
    places = {name: path for name, path in places.items() if path.exists()}
    walked = [path for name, path in places.items() if name in scans | others]
    return places, index(*sorted(walked), jobs=jobs, empty=True)
