"""How is a ticket drawn? Score, select, rewind, retrain; and the folder a ticket lives in."""

from tombola.tickets.pruning import Pruning as Pruning
from tombola.tickets.pruning import Rewinding as Rewinding
from tombola.tickets.pruning import next_mask as next_mask
from tombola.tickets.pruning import rewind as rewind
from tombola.tickets.ticket import MASK_FILE as MASK_FILE
from tombola.tickets.ticket import Ticket as Ticket
from tombola.tickets.ticket import load as load
from tombola.tickets.ticket import write_ticket as write_ticket
