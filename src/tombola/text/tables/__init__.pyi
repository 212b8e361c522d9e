from .read import TABLE_FORMS as TABLE_FORMS
from .read import form_of as form_of
from .read import read_table as read_table
from .table import Cells as Cells
from .table import TableOfText as TableOfText
from .table import cell as cell
from .table import declared_names as declared_names
