"""A browser for what is looked at in one."""

from __future__ import annotations

from headless import chromium, tab

__all__ = ["chromium", "tab"]
