"""The pages hosts mount: framework-neutral, from a request to a response."""

from ecrm.web.pages import Pages

__all__ = ["Pages"]
