"""Data as a person looks at it: what there is, examples, counts, checks, and export."""

from tombola.tasks.data.catalog import Catalog as Catalog
from tombola.tasks.data.catalog import catalog as catalog
from tombola.tasks.data.check import Checked as Checked
from tombola.tasks.data.check import check_data as check_data
from tombola.tasks.data.counts import Counts as Counts
from tombola.tasks.data.counts import count_data as count_data
from tombola.tasks.data.export import FORMS as FORMS
from tombola.tasks.data.export import Written as Written
from tombola.tasks.data.export import write_data as write_data
from tombola.tasks.data.shown import Shown as Shown
from tombola.tasks.data.shown import show_data as show_data
