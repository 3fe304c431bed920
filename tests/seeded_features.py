"""Features of three sites that anyone can make again, without a random generator that may change."""

import math


def seeded(rows=30, features=5):
    """A column for each: site, age, sex, f0 … ; ages have no digits that float32 would lose."""
    table = {
        "site": ["ABC"[n % 3 if n < 24 else 0] for n in range(rows)],
        "age": [30 + (n * 37 % 41) + (n % 4) / 4 for n in range(rows)],
        "sex": ["fm"[(n * 5 // 3) % 2] for n in range(rows)],
    }
    for f in range(features):
        column = []
        for n in range(rows):
            noise = math.sin(12.9898 * (n + 1) + 78.233 * (f + 1)) * 43758.5453
            noise -= math.floor(noise) + 0.5
            site = "ABC".index(table["site"][n])
            value = 10 * f + (0.05 + 0.02 * f) * table["age"][n] + 0.8 * (table["sex"][n] == "m")
            column.append(value + (site * (1.5 + 0.3 * f)) + noise * (1 + 0.7 * site + 0.1 * f * site))
        table[f"f{f}"] = column
    return table
