from .frequency import Ranks as Ranks
from .frequency import by_frequency as by_frequency
from .marked import Marked as Marked
from .marked import marked_words as marked_words
from .similar import similarities_by_group as similarities_by_group
from .summed import ALL as ALL
from .summed import GroupSimilarity as GroupSimilarity
