from .columns import OWN as OWN
from .columns import Columns as Columns
from .load import load_own as load_own
from .sources import is_hub_id as is_hub_id
