from .format import FORMATS as FORMATS
from .format import Format as Format
