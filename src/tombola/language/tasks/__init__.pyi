from .make import BUILTIN as BUILTIN
from .make import DEV as DEV
from .make import TRAIN as TRAIN
