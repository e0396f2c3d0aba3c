"""A plugin of pytest: Hypothesis tries the same examples each time, keeps none, and is given the time it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("mutants")
