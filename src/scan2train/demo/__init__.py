"""The whole walk on data of its own making: a small messy hospital, indexed, prepared and pictured."""

from __future__ import annotations

from scan2train.demo.run import DemoResult, run_demo

__all__ = ["DemoResult", "run_demo"]
