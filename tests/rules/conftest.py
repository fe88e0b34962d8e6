"""Random examples are the same on every run: a red test stays red until somebody mends it."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, database=None, deadline=None, max_examples=80)
settings.load_profile("steady")
