"""WooCommerce: its webhooks of orders, customers, products and coupons.

`WooCommerce` is the plugin; what each topic becomes is in `topics`.
"""

from ecrm.adapters.woocommerce.plugin import WooCommerce

__all__ = ["WooCommerce"]
