from .visible import only_visible as only_visible
