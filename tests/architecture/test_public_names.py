"""The front page: names load on first use, and a verb is a verb however its module was imported."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import scan2train

HEAVY = {"numpy", "numba", "polars", "torch", "scipy", "pydicom", "rich", "typer", "matplotlib"}
VERBS = ("index", "read", "write", "prepare")


def run_fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_is_light():
    loaded = run_fresh("import sys, json, scan2train; print(json.dumps(sorted(sys.modules)))")
    assert HEAVY.isdisjoint(json.loads(loaded))


def test_help_is_light():
    """What makes a start slow is what gets imported, so that is what is held, and not a time."""
    code = (
        "import sys, json\nsys.argv = ['scan2train', 'prepare', '--help']\n"
        "from scan2train.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = set(json.loads(run_fresh(code).splitlines()[-1]))
    assert (HEAVY - {"typer"}).isdisjoint(loaded)


@pytest.mark.parametrize("name", scan2train.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(scan2train, name)
    assert name in dir(scan2train)
    assert name == "__version__" or value.__doc__


def test_the_two_lists_of_names_agree():
    """What is loaded on first use is what type checkers are told, from the same modules."""
    tree = ast.parse(Path(scan2train.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == {name: f"scan2train.{home}" for name, home in scan2train._HOME.items()}
    assert set(scan2train.__all__) == {*told, "__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = scan2train.no_such_name


@pytest.mark.parametrize("order", list(zip(VERBS, VERBS[1:] + VERBS[:1], strict=True)))
def test_a_verb_is_a_function_though_its_module_was_imported_first(order):
    first, second = order
    code = (
        f"import scan2train.{first}\n"
        "import scan2train as s2t\n"
        f"from scan2train.{second} import {second}\n"
        f"assert s2t.{second} is {second} and callable(s2t.{first}), (s2t.{first}, s2t.{second})\n"
        f"import importlib, scan2train.{second}\n"
        f"module = importlib.import_module('scan2train.{first}')\n"
        f"assert s2t.{first} is module.{first} and scan2train.{second} is {second}\n"
    )
    run_fresh(code)


def test_a_verbs_module_can_still_be_imported_from():
    run_fresh(
        "import scan2train as s2t; s2t.index; from scan2train.index import Index; assert s2t.Index is Index"
    )


def test_every_error_is_public():
    errors = importlib.import_module("scan2train.errors")
    kinds = {
        name for name, value in vars(errors).items() if isinstance(value, type) and not name.startswith("_")
    }
    assert kinds <= set(scan2train.__all__)
