from .part import PARTS as PARTS
from .part import Part as Part
from .part import check as check
from .part import part_of as part_of
