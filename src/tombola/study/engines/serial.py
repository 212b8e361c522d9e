"""One stage after the other, in this process."""

from tombola.study.attempt import Ended, attempt
from tombola.study.engine import ENGINES, Engine, Undone, Watch
from tombola.study.stopping import stoppable
from tombola.study.waiting import Course


class Serial(Engine):
    """See the module."""

    name = "serial"
    alone = True

    def run(self, undone: Undone, watch: Watch) -> str:
        """See `Engine`."""
        by_name = {stage.name: stage for stage in undone.stages}
        course = Course(undone, watch)
        with stoppable() as stop:
            while (stage := course.next()) is not None:
                stop.check()
                course.begin(stage)
                problem = attempt(stage, by_name, undone.library, undone.store)
                course.end(Ended(stage.name, problem))
        return ""


ENGINES.add(Serial())
