from .recipe import Recipe as Recipe
from .recipe import parse_recipe as parse_recipe
from .recipe import read_recipe as read_recipe
from .recipe import shipped as shipped
from .run import Outcome as Outcome
from .run import run_study as run_study
from .standing import Status as Status
from .standing import status as status
