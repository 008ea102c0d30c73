"""Shops: the tenants, and what each has set. Every row of the CRM carries its shop."""
