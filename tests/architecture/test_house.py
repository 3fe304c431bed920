"""The house rules that hold for every file: short, documented, and named after what it does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import scan2train

ROOT = Path(scan2train.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]

VAGUE = {"core", "utils", "util", "helpers", "helper", "common", "base", "misc"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_file_is_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says_what_is_inside(name):
    assert VAGUE.isdisjoint(Path(name).with_suffix("").parts)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_public_name_is_documented(path):
    assert list(undocumented(ast.parse(path.read_text(encoding="utf-8")), path.stem)) == []


def undocumented(node, name):
    """Public modules, classes, functions and methods below ``node`` that have no docstring."""
    if not ast.get_docstring(node):
        yield name
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if child.name.startswith("_") or is_overload(child):
                continue
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{name}.{child.name}")
            elif not ast.get_docstring(child):
                yield f"{name}.{child.name}"


def is_overload(node):
    return any(ast.unparse(one).endswith("overload") for one in node.decorator_list)


@pytest.mark.parametrize("path", sorted((ROOT / "kernels").rglob("*.py")), ids=lambda path: path.name)
def test_kernels_know_numpy_and_numba_only(path):
    known = {
        "__future__",
        "collections",
        "ctypes",
        "hashlib",
        "math",
        "numba",
        "numpy",
        "pathlib",
        "sys",
        "typing",
    }
    if path.name == "first_use.py":  # no kernel: it tells all processes of a command that one is compiled
        known |= {"contextlib", "os", "tempfile"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            assert name.split(".")[0] in known or name.startswith("scan2train.kernels"), name
