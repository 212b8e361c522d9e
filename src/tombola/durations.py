"""Seconds as people say them."""


def duration(seconds: float) -> str:
    """Hours and minutes, minutes and seconds, or seconds alone."""
    if seconds < 59.5:
        return f"{max(round(seconds), 0)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def roughly(seconds: float) -> str:
    """Minutes, hours or days, whichever a guess is as good as."""
    minutes = seconds / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
