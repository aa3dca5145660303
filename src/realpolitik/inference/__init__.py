"""From a theory and its inputs to what the data say of its parameters."""

from __future__ import annotations

from realpolitik.inference.filtering import Filtered, filter_relation
from realpolitik.inference.fitting import Fit, fit
from realpolitik.inference.objective import log_posterior

__all__ = ["Filtered", "Fit", "filter_relation", "fit", "log_posterior"]
