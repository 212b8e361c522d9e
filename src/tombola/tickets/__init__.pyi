from .pruning import Pruning as Pruning
from .pruning import Rewinding as Rewinding
from .pruning import next_mask as next_mask
from .pruning import rewind as rewind
from .ticket import MASK_FILE as MASK_FILE
from .ticket import Ticket as Ticket
from .ticket import load as load
from .ticket import write_ticket as write_ticket
