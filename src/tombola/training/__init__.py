"""How is it learned? One loop, exact checkpoints, evaluation."""

from tombola.training.checkpoint import Checkpoint as Checkpoint
from tombola.training.device import best_device as best_device
from tombola.training.evaluate import evaluate as evaluate
from tombola.training.loop import Trained as Trained
from tombola.training.loop import train as train
from tombola.training.losses import loss_for as loss_for
from tombola.training.settings import Training as Training
from tombola.training.settings import learning_rate_at as learning_rate_at
