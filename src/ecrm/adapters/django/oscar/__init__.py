"""django-oscar: its signals become our events, by `"ecrm.adapters.django.oscar"` in INSTALLED_APPS.

What is told is put together in `orders` and `shopping`; `receivers` listens, and raises nothing into a checkout.
"""
