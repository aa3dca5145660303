"""Out-of-sample forecasts of theories and baselines, their scores, and the verdict."""
