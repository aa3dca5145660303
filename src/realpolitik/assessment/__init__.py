"""The main job: everything about one dyad, gathered into one frozen record."""

from __future__ import annotations

from realpolitik.assessment.main import assess
from realpolitik.report.record import Assessment

__all__ = ["Assessment", "assess"]
