"""ComBat gives neuroCombat's numbers, takes batches away and leaves what is kept, and says what it cannot do."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scan2train.errors import WrongUse
from scan2train.tools.harmonize.batch_effect import batch_effects
from scan2train.tools.harmonize.combat import Combat
from seeded_features import seeded

FEATURES = [f"f{n}" for n in range(5)]
WAYS = {
    "plain": {},
    "kept": {"keep": ["sex", "age"]},
    "reference": {"keep": ["sex", "age"], "reference": "B"},
    "no_eb": {"keep": ["age"], "eb": False},
    "mean_only": {"keep": ["age"], "mean_only": True},
}
#: What neuroCombat 0.2.12 makes of every seventh row of the same table, features by rows.
NEUROCOMBAT = {
    "plain": [
        [3.148126916, 4.228191573, 4.209041758, 5.09008124, 3.136761205],
        [13.416700048, 15.416186347, 16.406136691, 16.746803472, 14.780877435],
        [24.663477083, 26.989244651, 26.39228581, 29.11373261, 25.569137251],
        [35.877400675, 36.519494829, 38.136899553, 40.846950869, 36.770607771],
        [46.279107166, 48.915562907, 50.064752579, 52.49622333, 48.437446556],
    ],
    "kept": [
        [3.210965066, 4.212466424, 4.37273161, 5.159241632, 3.014746894],
        [13.061949712, 15.467308668, 16.389383989, 16.702201106, 14.722927158],
        [24.368321257, 26.990825899, 26.89736676, 29.229729038, 25.296060911],
        [35.568717171, 36.644601116, 38.558368858, 41.076855008, 36.411331389],
        [45.506073811, 49.119781888, 50.605576609, 52.378972738, 48.259346088],
    ],
    "reference": [
        [3.625716208, 4.527344647, 4.736529243, 5.564389569, 3.414461532],
        [13.415637367, 15.797156044, 16.715610458, 17.053021574, 15.067944517],
        [24.793157832, 27.492166269, 27.371653477, 29.66344151, 25.719279054],
        [35.96268958, 37.018791342, 38.990077599, 41.438517087, 36.817775437],
        [45.840099577, 49.548365652, 50.90203052, 52.672197694, 48.53616873],
    ],
    "no_eb": [
        [3.171623574, 4.083000893, 4.053179707, 5.241647017, 3.151621434],
        [13.260459731, 15.387601152, 16.497340175, 16.782302492, 14.683531845],
        [24.214583976, 27.179363784, 26.908668572, 29.045589807, 25.162218622],
        [35.515697557, 36.660283034, 38.464932545, 40.821664996, 36.445807028],
        [45.255235803, 49.223797817, 50.362050247, 52.662960864, 48.038097288],
    ],
    "mean_only": [
        [3.15175043, 4.216210358, 4.101008178, 5.217621564, 3.13965947],
        [13.25043557, 15.45029254, 16.385635712, 16.825757018, 14.715066558],
        [24.617311703, 27.043427783, 26.349883037, 29.319088954, 25.574158417],
        [35.323778186, 36.651162305, 38.702504695, 40.571374589, 36.266960196],
        [45.661179002, 49.094429934, 50.80851783, 52.185904021, 47.926308147],
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_numbers_are_those_of_neurocombat(way):
    table = pl.DataFrame(seeded())
    made = Combat.fit(table, batch="site", features=FEATURES, **WAYS[way]).apply(table)
    np.testing.assert_allclose(made[::7].select(FEATURES).to_numpy().T, NEUROCOMBAT[way], rtol=0, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("rows", "features"), [(47, 3), (120, 40), (400, 9)])
def test_and_wherever_neurocombat_is_installed(way, rows, features, monkeypatch):
    pandas = pytest.importorskip("pandas")
    theirs = pytest.importorskip("neuroCombat").neuroCombat
    monkeypatch.setattr(np, "int", int, raising=False)  # it is from before numpy 1.24
    data = seeded(rows, features)
    names = [f"f{n}" for n in range(features)]
    asked = {
        "plain": {},
        "kept": {"categorical_cols": ["sex"], "continuous_cols": ["age"]},
        "reference": {"categorical_cols": ["sex"], "continuous_cols": ["age"], "ref_batch": "B"},
        "no_eb": {"continuous_cols": ["age"], "eb": False},
        "mean_only": {"continuous_cols": ["age"], "mean_only": True},
    }
    covariates = pandas.DataFrame({name: data[name] for name in ("site", "age", "sex")})
    expected = theirs(np.array([data[name] for name in names]), covariates, "site", **asked[way])["data"]
    table = pl.DataFrame(data)
    made = Combat.fit(table, batch="site", features=names, **WAYS[way]).apply(table)
    np.testing.assert_allclose(made.select(names).to_numpy().T, expected, rtol=1e-9, atol=1e-9)


def cohort(seed, rows=240, features=8):
    """Sites that shift and scale, and an age that truly matters; sites differ in age, too."""
    rng = np.random.default_rng(seed)
    site = rng.integers(0, 4, rows)
    age = rng.normal(50 + 5 * site, 9)
    of_sites = np.random.default_rng(1)
    shift, scale = of_sites.normal(0, 2, (4, features)), of_sites.uniform(0.5, 2.2, (4, features))
    truth = 0.08 * age[:, None] * np.linspace(0.5, 2, features) + 3
    values = truth + shift[site] + scale[site] * rng.normal(0, 1, (rows, features))
    columns = {f"f{n}": values[:, n] for n in range(features)}
    table = pl.DataFrame({"case": np.arange(rows), "site": [f"S{n}" for n in site], "age": age, **columns})
    return table, truth


def test_what_is_held_out_loses_its_batches_and_keeps_its_age():
    train, _ = cohort(3, rows=900)
    held, truth = cohort(4)
    model = Combat.fit(train, batch="site", keep=["age"])
    made = model.apply(held)
    before, after = (batch_effects(one, model.features, "site", model.covariates) for one in (held, made))
    assert np.median([one.batch_f for one in before]) > 50
    assert np.median([one.batch_f for one in after]) < 2.6
    assert np.median([one.kept_f for one in after]) > 0.9 * np.median([one.kept_f for one in before])
    age = held["age"].to_numpy()
    raw, harmonised, expected = (
        np.polyfit(age, values, 1)[0]
        for values in (held.select(model.features).to_numpy(), made.select(model.features).to_numpy(), truth)
    )
    assert np.abs(harmonised - expected).max() < 0.03
    assert np.abs(raw - expected).max() > 0.08
    assert made["case"].to_list() == held["case"].to_list()


def test_a_model_that_was_saved_gives_the_same_bits(tmp_path):
    table, _ = cohort(5)
    model = Combat.fit(table, batch="site", keep=["age"], reference="S1")
    model.save(tmp_path / "model.json")
    again = Combat.load(tmp_path / "model.json")
    assert again.apply(table).equals(model.apply(table))
    own = table.filter(pl.col("site") == "S1")
    assert again.apply(own).equals(own)


def test_a_row_alone_becomes_what_it_becomes_among_others():
    table, _ = cohort(6)
    model = Combat.fit(table, batch="site", keep=["age"])
    assert model.apply(table[17:18]).equals(model.apply(table)[17:18])


def test_a_reference_can_learn_a_site_that_came_later():
    table, _ = cohort(7)
    known, late = table.filter(pl.col("site") != "S3"), table.filter(pl.col("site") == "S3")
    raw = pl.concat([known.filter(pl.col("site") == "S0"), late])
    model = Combat.fit(known, batch="site", keep=["age"], reference="S0")
    with pytest.raises(WrongUse, match=r"does not know these batches.*found S3"):
        model.apply(late)
    more = model.extended(late)
    assert more.apply(known).equals(model.apply(known))
    both = pl.concat([known.filter(pl.col("site") == "S0"), more.apply(late)])
    before, after = (batch_effects(one, model.features, "site", model.covariates) for one in (raw, both))
    assert max(one.batch_f for one in before) > 100
    assert max(one.batch_f for one in after) < 5
    with pytest.raises(WrongUse, match="without a reference"):
        Combat.fit(known, batch="site").extended(late)


def test_missing_values_stay_missing_and_do_not_matter():
    table, _ = cohort(8)
    holed = table.with_columns(f0=pl.when(pl.col("case") % 9 == 0).then(None).otherwise(pl.col("f0")))
    model, whole = (
        Combat.fit(holed, batch="site", keep=["age"], eb=False),
        Combat.fit(table, batch="site", keep=["age"], eb=False),
    )
    made = model.apply(holed)
    assert made["f0"].is_null().sum() == holed["f0"].is_null().sum() > 0
    others = [name for name in model.features if name != "f0"]
    expected = whole.apply(table).select(others).to_numpy()
    np.testing.assert_allclose(made.select(others).to_numpy(), expected, rtol=1e-12)
    alone = Combat.fit(holed.drop_nulls(), batch="site", keep=["age"], features=["f0"], eb=False)
    assert alone.apply(holed.drop_nulls())["f0"].to_numpy() == pytest.approx(
        made["f0"].drop_nulls().to_numpy()
    )


def test_what_cannot_be_harmonised_stays_and_is_named():
    table, _ = cohort(9)
    in_s2 = pl.col("site") == "S2"
    table = table.with_columns(
        f1=pl.lit(3.0),
        f2=pl.when(in_s2).then(7.0).otherwise(pl.col("f2")),
        f3=pl.when(in_s2).then(None).otherwise(pl.col("f3")),
    )
    model = Combat.fit(table, batch="site", keep=["age"])
    assert model.left == {
        "f1": "it is the same everywhere",
        "f2": "it is the same everywhere in S2",
        "f3": "S2 has fewer than 2 values of it",
    }
    assert model.apply(table).select("f1", "f2", "f3").equals(table.select("f1", "f2", "f3"))


@pytest.mark.parametrize(
    ("change", "asked", "why"),
    [
        ({}, {"batch": "scanner"}, "no column 'scanner'"),
        ({}, {"keep": ["height"]}, "no column 'height'"),
        ({}, {"reference": "S9"}, "no batch of these rows"),
        ({}, {"features": ["f0"]}, "two features or more"),
        ({"site": pl.lit("S0")}, {}, "two batches or more"),
        ({"age": pl.when(pl.col("case") == 5).then(None).otherwise(pl.col("age"))}, {}, "row 6"),
        ({"site": pl.when(pl.col("case") == 5).then(None).otherwise(pl.col("site"))}, {}, "row 6"),
        ({"age": pl.col("site").str.slice(1).cast(pl.Float64)}, {}, "cannot be told apart"),
        ({"site": pl.when(pl.col("case") == 5).then(pl.lit("S8")).otherwise(pl.col("site"))}, {}, "mean_only"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(change, asked, why):
    table, _ = cohort(10)
    with pytest.raises(WrongUse, match=why):
        Combat.fit(table.with_columns(**change), **{"batch": "site", "keep": ["age"], **asked})


def test_a_batch_of_one_is_shifted_where_only_shifts_are_wanted():
    table, _ = cohort(11)
    table = table.with_columns(site=pl.when(pl.col("case") == 5).then(pl.lit("S8")).otherwise(pl.col("site")))
    model = Combat.fit(table, batch="site", keep=["age"], mean_only=True, eb=False)
    assert np.array_equal(model.scale["S8"], np.ones(8))
    made = model.apply(table).filter(pl.col("site") == "S8")
    expected = model.standard.expected(made.select("age").to_numpy())
    assert made.select(model.features).to_numpy() == pytest.approx(expected)


def test_a_class_that_was_not_there_is_refused():
    table = pl.DataFrame(seeded())
    model = Combat.fit(table, batch="site", keep=["sex"])
    with pytest.raises(WrongUse, match=r"classes that were not there.*expected f, m; found x"):
        model.apply(table.with_columns(sex=pl.lit("x")))
