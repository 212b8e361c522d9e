from .checkpoint import Checkpoint as Checkpoint
from .device import best_device as best_device
from .evaluation import answers as answers
from .evaluation import evaluate as evaluate
from .loop import Trained as Trained
from .loop import train as train
from .settings import Training as Training
from .settings import learning_rate_at as learning_rate_at
