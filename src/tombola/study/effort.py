"""What a stage costs: seconds, and where it is asked for an estimate of energy."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tombola.extras import extra

SECONDS_BETWEEN_LOOKS = 5
"""How often power is looked at."""
COUNTRY = "FRA"
"""The library asks for one, for emissions, of which nothing is used here."""


@dataclass
class Effort:
    """Of one stage. Neither is a fact: both depend on the machine and on what else it does."""

    seconds: float = 0.0
    kwh: float | None = None
    """Kilowatt-hours of this process's share of the processor, of memory, and of the GPU; None
    where not estimated."""

    def to_dict(self) -> dict[str, float]:
        """What is known of it."""
        found = {"seconds": round(self.seconds, 3)}
        return found if self.kwh is None else {**found, "kwh": self.kwh}


@contextmanager
def effort(energy: bool = False) -> Iterator[Effort]:
    """Measure what is done inside; the result is whole when the block is left.

    Energy is codecarbon's estimate: counters where the machine has them (RAPL, NVML), else the
    processor's rated power by its load, which may be wrong by a factor.
    """
    found = Effort()
    tracker = _tracker() if energy else None
    started = time.monotonic()
    try:
        yield found
    finally:
        found.seconds = time.monotonic() - started
        if tracker is not None:
            tracker.stop()
            found.kwh = float(tracker.final_emissions_data.energy_consumed)


def check_energy() -> None:
    """Raise UserError where energy cannot be estimated here."""
    with extra("energy"):
        import codecarbon  # noqa: F401


def _tracker() -> Any:
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code=COUNTRY,
        save_to_file=False,
        log_level="critical",
        tracking_mode="process",
        allow_multiple_runs=True,
        measure_power_secs=SECONDS_BETWEEN_LOOKS,
    )
    tracker.start()
    return tracker
