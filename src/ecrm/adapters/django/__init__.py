"""Django: the CRM of a shop, its settings, and `crm.emit` in the transaction of the request.

`INSTALLED_APPS += ["ecrm.adapters.django"]` and `manage.py migrate` are all it takes; the settings are in
`config`, what joins Django's own connection is in `joining`. django-oscar has an app of its own, `oscar`.
"""

from ecrm.errors import SetupError

try:
    import django as _django  # noqa: F401 - only to say what is missing
except ModuleNotFoundError as error:
    message = 'the adapter of Django needs Django: pip install "ecrm[django]"'
    raise SetupError(message) from error

from ecrm.adapters.django.shop import ShopCRM, crm
from ecrm.adapters.django.users import ShopUser, who_of
from ecrm.adapters.django.visiting import visitor_of

__all__ = ["ShopCRM", "ShopUser", "crm", "visitor_of", "who_of"]
