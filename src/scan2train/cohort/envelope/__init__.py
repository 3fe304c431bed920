"""The envelope: what a model was trained on, and whether a new scan is like it."""

from __future__ import annotations

from scan2train.cohort.envelope.envelope import Envelope

__all__ = ["Envelope"]
