"""Each stage a task of Ray: on this machine, or on the cluster that `RAY_ADDRESS` names.

A task whose process or machine dies is begun again somewhere else, and goes on from what is in the
study's folder: a stage appears there by one rename, so nothing is done twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tombola.study.engine import ENGINES, Engine, Undone, Watch
from tombola.study.ray_connection import connected, imported
from tombola.study.ray_crew import Crew
from tombola.study.stopping import stoppable
from tombola.study.waiting import Course


class Ray(Engine):
    """See the module."""

    name = "ray"

    def run(self, undone: Undone, watch: Watch) -> str:
        """See `Engine`. Raises UserError, too, where no machine has what a stage needs."""
        ray = imported()
        course = Course(undone, watch)
        with connected(ray, undone), stoppable() as stop, _crew(ray, undone) as crew:
            while True:
                while (stage := course.next()) is not None:
                    crew.take(stage)
                for stage in crew.send():
                    course.begin(stage)
                if not course.running:
                    break  # whatever still waits came after a failure
                for ended in crew.ended():
                    course.end(ended)
                stop.check()
        return ""


@contextmanager
def _crew(ray: Any, undone: Undone) -> Iterator[Crew]:
    crew = Crew(ray, undone)
    try:
        yield crew
    finally:
        with suppress(ray.exceptions.RayError):
            crew.stop()


ENGINES.add(Ray())
