"""What tasks, formats and forms there are."""

from typing import TYPE_CHECKING

from tombola.tasks import data as looking

if TYPE_CHECKING:
    from tombola.tasks.data import Catalog


def data() -> "Catalog":
    """What there is: tasks, the formats that they are read from, the forms that are written."""
    return looking.catalog()
