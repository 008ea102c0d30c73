"""What is asked of Shopify's Admin API, and its answers in the words of the webhooks, so that both tell the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecrm.adapters.shopify.naming import tail
from ecrm.values.foreign import foreign_items, foreign_mapping

__all__ = ["CUSTOMERS", "ORDERS", "customer_of", "order_of"]

_MONEY = "{ shopMoney { amount currencyCode } }"
_PERSON = """
  id firstName lastName
  defaultEmailAddress { emailAddress marketingState marketingOptInLevel marketingUpdatedAt }
  defaultPhoneNumber {
    phoneNumber marketingState marketingOptInLevel marketingUpdatedAt marketingCollectedFrom
  }
"""
ORDERS = f"""
query Orders($first: Int!, $after: String, $query: String) {{
  found: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id createdAt processedAt updatedAt cancelledAt cancelReason test sourceName currencyCode
      displayFinancialStatus displayFulfillmentStatus email phone discountCodes
      totalPriceSet {_MONEY} subtotalPriceSet {_MONEY} totalTaxSet {_MONEY}
      totalShippingPriceSet {_MONEY} totalDiscountsSet {_MONEY}
      customer {{ {_PERSON} }}
      lineItems(first: 100) {{
        nodes {{ title sku vendor variantTitle quantity product {{ id }} originalUnitPriceSet {_MONEY} }}
      }}
      refunds(first: 50) {{ id createdAt note totalRefundedSet {_MONEY} }}
    }}
  }}
}}"""
CUSTOMERS = f"""
query Customers($first: Int!, $after: String, $query: String) {{
  found: customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ createdAt updatedAt locale tags {_PERSON} }}
  }}
}}"""
# Other states are no status of an order's in the webhooks.
_FULFILMENTS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}
_SETS = {
    "total_price_set": "totalPriceSet",
    "subtotal_price_set": "subtotalPriceSet",
    "total_tax_set": "totalTaxSet",
    "total_shipping_price_set": "totalShippingPriceSet",
    "total_discounts_set": "totalDiscountsSet",
}
_TIMES = {
    "created_at": "createdAt",
    "processed_at": "processedAt",
    "updated_at": "updatedAt",
    "cancelled_at": "cancelledAt",
}


def order_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Give an order as a webhook would."""
    codes = node.get("discountCodes")
    customer = node.get("customer")
    body: dict[str, Any] = {
        "admin_graphql_api_id": node.get("id"),
        "currency": node.get("currencyCode"),
        "test": node.get("test"),
        "source_name": node.get("sourceName"),
        "email": node.get("email"),
        "phone": node.get("phone"),
        "cancel_reason": _lower(node.get("cancelReason")),
        "financial_status": _lower(node.get("displayFinancialStatus")),
        "fulfillment_status": _FULFILMENTS.get(str(node.get("displayFulfillmentStatus"))),
        "discount_codes": [{"code": code} for code in (codes if isinstance(codes, list) else [])],
        "line_items": [_line(line) for line in foreign_items(foreign_mapping(node.get("lineItems")).get("nodes"))],
        "refunds": [_refund(refund) for refund in foreign_items(node.get("refunds"))],
        **{ours: _set(node.get(theirs)) for ours, theirs in _SETS.items()},
        **{ours: node.get(theirs) for ours, theirs in _TIMES.items()},
    }
    if isinstance(customer, Mapping):
        body["customer"] = _person(customer)
    return body


def customer_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Give a customer as a webhook would, with the consents that have topics of their own there."""
    email = foreign_mapping(node.get("defaultEmailAddress"))
    phone = foreign_mapping(node.get("defaultPhoneNumber"))
    return {
        **_person(node),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "locale": node.get("locale"),
        "tags": node.get("tags"),
        "email_marketing_consent": _consent(email),
        "sms_marketing_consent": _consent(phone),
    }


def _person(node: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "admin_graphql_api_id": node.get("id"),
        "first_name": node.get("firstName"),
        "last_name": node.get("lastName"),
        "email": foreign_mapping(node.get("defaultEmailAddress")).get("emailAddress"),
        "phone": foreign_mapping(node.get("defaultPhoneNumber")).get("phoneNumber"),
    }


def _consent(address: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state": _lower(address.get("marketingState")),
        "opt_in_level": _lower(address.get("marketingOptInLevel")),
        "consent_updated_at": address.get("marketingUpdatedAt"),
        "consent_collected_from": _lower(address.get("marketingCollectedFrom")),
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "product_id": tail(foreign_mapping(line.get("product")).get("id")),
        "sku": line.get("sku"),
        "title": line.get("title"),
        "vendor": line.get("vendor"),
        "variant_title": line.get("variantTitle"),
        "quantity": line.get("quantity"),
        "price_set": _set(line.get("originalUnitPriceSet")),
    }


def _refund(refund: Mapping[str, Any]) -> dict[str, Any]:
    money = foreign_mapping(foreign_mapping(refund.get("totalRefundedSet")).get("shopMoney"))
    back = {"kind": "refund", "status": "success", "amount": money.get("amount"), "currency": money.get("currencyCode")}
    return {
        "id": tail(refund.get("id")),
        "created_at": refund.get("createdAt"),
        "note": refund.get("note"),
        "transactions": [back] if money else [],
    }


def _set(held: Any) -> dict[str, Any]:
    money = foreign_mapping(foreign_mapping(held).get("shopMoney"))
    return {"shop_money": {"amount": money.get("amount"), "currency_code": money.get("currencyCode")}}


def _lower(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) else None
