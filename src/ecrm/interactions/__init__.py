"""What happened: events, the inbox, timelines, orders and facts.

Who it happened to is decided by `ecrm.customers`.
"""
