from .aligned import Aligned as Aligned
from .aligned import TooLong as TooLong
from .aligned import align as align
from .limits import longest_input as longest_input
from .limits import positions as positions
from .place import standing as standing
