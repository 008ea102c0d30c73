"""The tags of templates: `{% load ecrm %}`."""
