from .peaks import Peaks as Peaks
from .peaks import attention_peaks as attention_peaks
from .visible import only_visible as only_visible
