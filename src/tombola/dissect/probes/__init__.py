"""What can be read off a layer?"""

from tombola.dissect.probes.controls import control_task as control_task
from tombola.dissect.probes.linear import Probes as Probes
from tombola.dissect.probes.linear import ProbeSettings as ProbeSettings
from tombola.dissect.probes.linear import train_probes as train_probes
from tombola.dissect.probes.tagging import PROBES as PROBES
from tombola.dissect.probes.tagging import ProbeResult as ProbeResult
from tombola.dissect.probes.tagging import baselines as baselines
from tombola.dissect.probes.tagging import probe as probe
from tombola.dissect.probes.words import Words as Words
from tombola.dissect.probes.words import represent_words as represent_words
