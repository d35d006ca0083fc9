from hypothesis import settings

# A machine that is busy with other things must not turn a slow example into a failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
