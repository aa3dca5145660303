"""JAX, loaded once and in double precision, for every theory and for inference."""

from __future__ import annotations

from typing import Any, TypeAlias

from realpolitik import cache
from realpolitik.errors import missing_extra

try:
    import jax
    import jax.numpy as jnp
except ImportError as cause:
    raise missing_extra("fitting theories", "model") from cause

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_compilation_cache_dir", str(cache.folder() / "jax"))

Array: TypeAlias = Any  # a JAX array, or a NumPy array where JAX takes one

__all__ = ["Array", "jax", "jnp"]
