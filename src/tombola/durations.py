"""Seconds as people say them."""


def duration(seconds: float) -> str:
    """Hours and minutes, minutes and seconds, or seconds alone."""
    if seconds < 59.5:
        return f"{max(round(seconds), 0)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
