from .measure import MEASURES as MEASURES
from .measure import Summary as Summary
