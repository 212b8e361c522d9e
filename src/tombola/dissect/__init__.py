"""What did pruning take?"""

from tombola.dissect import cka as cka  # enters the measures in their registry
from tombola.dissect.compare import Comparison as Comparison
from tombola.dissect.compare import compare as compare
from tombola.dissect.cost import Cost as Cost
from tombola.dissect.cost import CostSettings as CostSettings
from tombola.dissect.cost import measure_cost as measure_cost
from tombola.dissect.measures import MEASURES as MEASURES
from tombola.dissect.probes import PROBES as PROBES
from tombola.dissect.probes import ProbeResult as ProbeResult
from tombola.dissect.probes import ProbeSettings as ProbeSettings
from tombola.dissect.probes import control_task as control_task
from tombola.dissect.probes import probe as probe
from tombola.dissect.representations import stream as stream
from tombola.dissect.similarity import Similarity as Similarity
from tombola.dissect.similarity import layer_similarity as layer_similarity
from tombola.tasks.intervals import wilson as wilson
