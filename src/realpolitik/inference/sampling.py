"""Draws from the posterior without an approximation: the reference for Laplace's method."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from realpolitik.errors import ConvergenceError, missing_extra
from realpolitik.inference.fitting import Fit
from realpolitik.inference.objective import log_posterior
from realpolitik.rng import stream
from realpolitik.theory.arrays import Array, jax
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs, check

if TYPE_CHECKING:
    from arviz import InferenceData

R_HAT_LIMIT = 1.01  # rank-normalised and split, Vehtari et al. 2021
ESS_LIMIT = 400.0  # in the bulk, over all chains, same source


@dataclass(frozen=True, slots=True)
class Draws:
    """Posterior draws of the unbounded values.  C chains, S draws, V free values.

    vectors : (C, S, V)
    names : (V,)             `name` or `name[index]`
    r_hat, ess : (V,)        rank-normalised split R-hat; effective draws in the bulk
    divergences : int        draws at which the integrator failed
    """

    vectors: np.ndarray
    names: tuple[str, ...]
    r_hat: np.ndarray
    ess: np.ndarray
    divergences: int

    def to_arviz(self) -> InferenceData:
        """Return the draws as ArviZ's record, one variable an unbounded value."""
        by_name = {name: self.vectors[:, :, place] for place, name in enumerate(self.names)}
        found: InferenceData = _arviz().from_dict(posterior=by_name)
        return found


def _arviz() -> Any:
    """Load ArviZ; its notice of a coming major version is not ours to act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            import arviz
        except ImportError as cause:
            raise missing_extra("judging draws", "sampling") from cause
    return arviz


def _model(theory: Theory, inputs: Inputs, centre: Array, root: Array) -> None:
    """State the posterior of z, where the vector is centre + root z."""
    import numpyro
    from numpyro.distributions import ImproperUniform, constraints

    flat = ImproperUniform(constraints.real_vector, (), centre.shape)
    z = numpyro.sample("z", flat)
    numpyro.factor("posterior", log_posterior(theory, centre + root @ z, inputs))


@functools.cache
def _sampler(theory: Any, chains: int, warmup: int, draws: int) -> Any:
    """Build the sampler of a theory once, so that other inputs of its shape need no compiling."""
    try:
        from numpyro.infer import MCMC, NUTS
    except ImportError as cause:
        raise missing_extra("sampling a posterior", "sampling") from cause

    return MCMC(
        NUTS(functools.partial(_model, theory)),
        num_warmup=warmup,
        num_samples=draws,
        num_chains=chains,
        chain_method="vectorized",
        progress_bar=False,
        jit_model_args=True,
    )


def sample(
    theory: Theory,
    inputs: Inputs,
    seed: int,
    near: Fit,
    chains: int = 4,
    warmup: int = 500,
    draws: int = 500,
) -> Draws:
    """Draw from the posterior with the no-U-turn sampler.

    The chains start from the normal of Laplace's method and move in its coordinates: the vector is
    peak + root z, root the Cholesky factor of its covariance. Offsets and images are integrated
    out by the filter, as in `fit`.

    Parameters
    ----------
    seed : int
        Names the starts and the moves.
    near : Fit
        Fit of the same theory to the same inputs.
    chains, warmup, draws : int
        Chains; steps of each that only tune the sampler; draws kept of each.

    Raises
    ------
    MissingExtra
        If NumPyro or ArviZ is not installed.
    PanelError
        If the inputs break their rules.
    ConvergenceError
        If an R-hat is not below 1.01 or an effective number of draws not above 400.

    References
    ----------
    Hoffman and Gelman (2014), The No-U-Turn Sampler. Vehtari, Gelman, Simpson, Carpenter and
    Bürkner (2021), Rank-normalization, folding, and localization: an improved R-hat.
    """
    check(inputs)
    generator = stream(seed, "chains")
    root = np.linalg.cholesky(near.covariance)
    starts = generator.standard_normal((chains, len(near.vector)))
    key = jax.random.PRNGKey(int(generator.integers(2**31)))
    sampler = _sampler(cast(Hashable, theory), chains, warmup, draws)
    sampler.run(
        key, inputs, near.vector, root, init_params={"z": starts}, extra_fields=("diverging",)
    )
    z = np.asarray(sampler.get_samples(group_by_chain=True)["z"])
    divergences = int(np.sum(sampler.get_extra_fields()["diverging"]))
    found = measured(near.vector + z @ root.T, near.names, divergences)
    require_mixed(theory.name, found)
    return found


def measured(vectors: np.ndarray, names: tuple[str, ...], divergences: int) -> Draws:
    """Join draws (C, S, V) with R-hat and effective numbers."""
    arviz = _arviz()
    each = [np.asarray(vectors[:, :, place]) for place in range(vectors.shape[2])]
    r_hat = np.array([float(arviz.rhat(draws)) for draws in each])
    ess = np.array([float(arviz.ess(draws, method="bulk")) for draws in each])
    return Draws(vectors, names, r_hat, ess, divergences)


def require_mixed(theory: str, found: Draws) -> None:
    """Check that the chains have mixed.

    Raises
    ------
    ConvergenceError
        With the worst R-hat and effective number reached.
    """
    worst, fewest = int(np.argmax(found.r_hat)), int(np.argmin(found.ess))
    if not (found.r_hat[worst] < R_HAT_LIMIT and found.ess[fewest] > ESS_LIMIT):
        msg = (
            f"{theory}: the chains have not mixed. {found.names[worst]} has R-hat "
            f"{found.r_hat[worst]:.3f}, not below {R_HAT_LIMIT}; {found.names[fewest]} has "
            f"{found.ess[fewest]:.0f} effective draws, not above {ESS_LIMIT:.0f}. Draw more."
        )
        raise ConvergenceError(msg)
