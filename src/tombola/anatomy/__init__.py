"""What a Transformer is made of: its parts, gates on them, and surgery that removes them."""

from tombola.anatomy.gates import Gates as Gates
from tombola.anatomy.gates import gate_gradients as gate_gradients
from tombola.anatomy.gates import gated as gated
from tombola.anatomy.inspection.inspect import Inspection as Inspection
from tombola.anatomy.inspection.inspect import inspect as inspect
from tombola.anatomy.inspection.picture import picture as picture
from tombola.anatomy.loading import empty_model as empty_model
from tombola.anatomy.loading import load_model as load_model
from tombola.anatomy.locate import anatomy as anatomy
from tombola.anatomy.parts import SETS as SETS
from tombola.anatomy.parts import Anatomy as Anatomy
from tombola.anatomy.parts import Block as Block
from tombola.anatomy.parts import Parameter as Parameter
from tombola.anatomy.quiet import quiet as quiet
from tombola.anatomy.saved.folder import push_to_hub as push_to_hub
from tombola.anatomy.saved.folder import save as save
from tombola.anatomy.saved.folder import write_model as write_model
from tombola.anatomy.sources import has_tokenizer as has_tokenizer
from tombola.anatomy.sources import load_tokenizer as load_tokenizer
from tombola.anatomy.sources import read_config as read_config
from tombola.anatomy.surgery.remove import AllHeadsRemoved as AllHeadsRemoved
from tombola.anatomy.surgery.remove import remove as remove
from tombola.anatomy.surgery.silent import Parts as Parts
from tombola.anatomy.surgery.silent import masked_parts as masked_parts
from tombola.anatomy.surgery.silent import silent_parts as silent_parts
