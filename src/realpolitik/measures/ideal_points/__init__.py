"""Ideal points of states from roll-call votes (Bailey, Strezhnev and Voeten 2017)."""

from __future__ import annotations

from realpolitik.measures.ideal_points.design import Votes
from realpolitik.measures.ideal_points.estimate import IdealPoints, estimate

__all__ = ["IdealPoints", "Votes", "estimate"]
