"""Draws from the posterior by Hamiltonian Monte Carlo: the reference for Laplace's method."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from realpolitik.errors import ConvergenceError
from realpolitik.inference.fitting import Fit
from realpolitik.inference.objective import log_posterior
from realpolitik.rng import stream
from realpolitik.theory.arrays import Array, jax
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs

R_HAT_LIMIT = 1.01  # Vehtari et al. 2021
ESS_LIMIT = 400.0  # over all chains, Vehtari et al. 2021


@dataclass(frozen=True, slots=True)
class Draws:
    """Posterior draws.  H chains, S draws, V free values.

    values : (H, S, V)       unbounded values
    names : (V,)
    r_hat, ess : (V,)        split R-hat; effective number of draws over all chains
    divergences : int
    """

    values: np.ndarray
    names: tuple[str, ...]
    r_hat: np.ndarray
    ess: np.ndarray
    divergences: int


def _potential(theory: Theory, inputs: Inputs, vector: Array) -> Array:
    return -log_posterior(theory, vector, inputs)


def sample(
    fit: Fit, inputs: Inputs, *, seed: int, chains: int = 4, warmup: int = 500, draws: int = 500
) -> Draws:
    """Draw from the posterior with the no-U-turn sampler, started around the peak of a fit.

    Parameters
    ----------
    fit : Fit
        Its peak and covariance give the starts: over-dispersed by a factor of two.
    chains, warmup, draws : int

    Raises
    ------
    ConvergenceError
        If R-hat is not below 1.01 or the effective number of draws not above 400.

    References
    ----------
    Hoffman and Gelman (2014); Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021).
    """
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
    from numpyro.infer import MCMC, NUTS

    generator = stream(seed, "chains")
    starts = generator.multivariate_normal(fit.vector, 4.0 * fit.covariance, size=chains)
    kernel = NUTS(potential_fn=functools.partial(_potential, fit.theory, inputs), dense_mass=True)
    runner = MCMC(
        kernel,
        num_warmup=warmup,
        num_samples=draws,
        num_chains=chains,
        chain_method="vectorized",
        progress_bar=False,
    )
    key = jax.random.PRNGKey(int(generator.integers(2**31)))
    runner.run(key, init_params=starts, extra_fields=("diverging",))
    values = np.asarray(runner.get_samples(group_by_chain=True))
    found = Draws(
        values=values,
        names=fit.names,
        r_hat=np.asarray(split_gelman_rubin(values)),
        ess=np.asarray(effective_sample_size(values)),
        divergences=int(np.sum(runner.get_extra_fields()["diverging"])),
    )
    _check(found)
    return found


def _check(found: Draws) -> None:
    worst, fewest = int(np.argmax(found.r_hat)), int(np.argmin(found.ess))
    if not (found.r_hat[worst] < R_HAT_LIMIT and found.ess[fewest] > ESS_LIMIT):
        msg = (
            f"the chains have not mixed: {found.names[worst]} has R-hat {found.r_hat[worst]:.3f}, "
            f"{found.names[fewest]} has {found.ess[fewest]:.0f} effective draws. Draw more."
        )
        raise ConvergenceError(msg)
