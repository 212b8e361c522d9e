"""One stage after the other, in this process."""

from tombola.study.attempt import Ended, attempt
from tombola.study.engine import ENGINES, Engine, Undone, Watch
from tombola.study.stopping import stoppable
from tombola.study.waiting import Course


class Serial(Engine):
    """See the module."""

    name = "serial"
    alone = True

    def run(self, undone: Undone, watch: Watch) -> None:
        """See `Engine`."""
        by_name = {stage.name: stage for stage in undone.stages}
        course = Course(undone, watch)
        with stoppable() as stop:
            while (stage := course.begin()) is not None:
                stop.check()
                problem = attempt(stage, by_name, undone.library, undone.store)
                course.end(Ended(stage.name, problem))


ENGINES.add(Serial())
