"""What ties a CRM to a host: each adapter is one file or folder, imports one framework, and holds no rules.

What they all mount is `ecrm.web.Site`.
"""
