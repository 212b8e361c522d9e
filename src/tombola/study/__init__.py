"""How does a whole experiment run? Recipe, plan, store, engines, tables."""

from tombola.study.recipe import Recipe as Recipe
from tombola.study.recipe import parse_recipe as parse_recipe
from tombola.study.recipe import read_recipe as read_recipe
from tombola.study.recipe import shipped as shipped
from tombola.study.run import Outcome as Outcome
from tombola.study.run import run_study as run_study
from tombola.study.status import Status as Status
from tombola.study.status import status as status
