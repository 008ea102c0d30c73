"""What hosts mount, framework-neutral: from a request to a response."""

from ecrm.web.background import Background
from ecrm.web.pages import Pages
from ecrm.web.site import LONGEST_BODY, Site
from ecrm.web.visitors import Visitor, Visitors

__all__ = ["LONGEST_BODY", "Background", "Pages", "Site", "Visitor", "Visitors"]
