"""The measured relation by month."""

from __future__ import annotations

from realpolitik.measures.monthly.measure import relation_by_month

__all__ = ["relation_by_month"]
