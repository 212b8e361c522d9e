from .form import FORMS as FORMS
from .form import Form as Form
from .form import form_of as form_of
