"""Functions of a user's own, where verbs take the name of a criterion or a metric."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.verbs.fingerprints import code_of

F = TypeVar("F", bound=Callable[..., Any])


def by_function(verb: F) -> F:
    """Let a verb's `criterion` and `metric` be functions: it is given their names."""

    @wraps(verb)
    def run(*given: Any, **more: Any) -> Any:
        with named(more.get("criterion"), more.get("metric")) as (criterion, metric):
            both = {"criterion": criterion, "metric": metric}
            return verb(*given, **more | {key: both[key] for key in both if key in more})

    return cast(F, run)


@contextmanager
def named(criterion: Any = None, metric: Any = None) -> Iterator[tuple[Any, Any]]:
    """Both by name: what is a function has one while the `with` block lasts.

    Raises UserError for a function that takes other things than it is given.
    """
    from tombola.tasks.metrics.metric import METRICS, Metric
    from tombola.tasks.metrics.of_function import OfFunction as MetricOf
    from tombola.tickets.criteria.criterion import CRITERIA, Criterion
    from tombola.tickets.criteria.of_function import OfFunction as CriterionOf

    with (
        _lent(criterion, CRITERIA, Criterion, CriterionOf) as one,
        _lent(metric, METRICS, Metric, MetricOf) as other,
    ):
        yield one, other


@contextmanager
def _lent(
    given: Any, registry: Registry[Any], kind: type, of_function: Callable[[Any], Any]
) -> Iterator[Any]:
    """A name for what a registry may hold, or can be made of a function; all else as it is."""
    if isinstance(given, kind):
        thing: Any = given
    elif _is_function(given):
        thing = of_function(given)
    else:
        yield given
        return
    with registry.lent(thing, code_of(given)) as name:
        yield name


def _is_function(given: Any) -> bool:
    if given is None or not callable(given):
        return False
    if isinstance(given, type):
        raise UserError(f"{given.__name__}: a function, a name or an instance, not a class")
    return True
