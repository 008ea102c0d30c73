"""ecrm in a Flask program: `ECRM(app)`, `current_crm`, pages, webhooks, commands, a visitor's cookie, a worker.

What is mounted is `ecrm.web.Site`; where the CRM lives when the shop does not say is in `homes`.
"""

from ecrm.errors import SetupError

try:
    from ecrm.adapters.flask.extension import ECRM, current_crm
    from ecrm.adapters.flask.joining import FlaskCRM
    from ecrm.adapters.flask.visiting import visitor_id, who
except ModuleNotFoundError as error:
    if error.name != "flask":
        raise
    raise SetupError('Flask is not installed: pip install "ecrm[flask]"') from error

__all__ = ["ECRM", "FlaskCRM", "current_crm", "visitor_id", "who"]
