"""What the heading of a column usually means, in Turkish and English.

A heading is compared by its words, without case and Turkish marks; the first meaning that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ecrm.values import search_key

__all__ = ["meanings_of"]

_CAMEL = re.compile(r"(?<=[a-zğüşıöç])(?=[A-ZĞÜŞİÖÇ])|_")
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "order.id": (
        "siparis no", "siparis numarasi", "siparis id", "siparis kodu", "fatura no", "fatura numarasi",
        "fis no", "invoice no", "invoice", "invoice id", "invoice number", "order id", "order no",
        "order number", "order", "siparis", "fatura", "transaction id",
    ),
    "order.at": (
        "siparis tarihi", "fatura tarihi", "satis tarihi", "islem tarihi", "tarih", "tarih saat",
        "order date", "invoice date", "purchase date", "created at", "ordered at", "date", "datetime",
        "timestamp",
    ),
    "order.total": (
        "toplam", "toplam tutar", "genel toplam", "siparis tutari", "siparis toplami", "fatura tutari",
        "total", "order total", "grand total", "total price", "total amount", "dollar value",
    ),
    "line.amount": (
        "tutar", "satir tutari", "satir toplami", "amount", "line total", "line amount", "subtotal",
    ),
    "order.shipping": ("kargo", "kargo ucreti", "kargo tutari", "shipping", "shipping cost", "freight"),
    "order.tax": ("kdv", "kdv tutari", "vergi", "tax", "vat"),
    "order.discount": ("indirim", "indirim tutari", "iskonto", "discount"),
    "order.coupon": ("kupon", "kupon kodu", "indirim kodu", "coupon", "coupon code", "voucher"),
    "order.channel": ("kanal", "satis kanali", "channel"),
    "order.location_id": ("sube", "magaza", "sube no", "store", "location", "branch"),
    "order.currency": ("para birimi", "doviz", "doviz cinsi", "currency"),
    "product.product_id": (
        "urun kodu", "urun no", "urun id", "stok kodu", "product id", "product code", "stock code",
    ),
    "product.sku": ("sku", "barkod", "barcode", "varyant kodu"),
    "product.name": (
        "urun", "urun adi", "stok adi", "product", "product name", "description", "item", "item name",
    ),
    "product.quantity": ("adet", "miktar", "urun adedi", "quantity", "qty", "number of cds", "count"),
    "product.price": (
        "birim fiyat", "birim fiyati", "fiyat", "satis fiyati", "unit price", "price", "item price",
    ),
    "product.category": ("kategori", "urun grubu", "category"),
    "product.brand": ("marka", "brand"),
    "who.user_id": (
        "musteri no", "musteri numarasi", "musteri id", "musteri kodu", "uye no", "uye id", "cari kodu",
        "hesap no", "customer id", "customer no", "customer number", "user id", "client id", "member id",
    ),
    "who.email": (
        "e posta", "eposta", "e posta adresi", "mail", "mail adresi", "e mail", "email", "email address",
    ),
    "who.phone": (
        "telefon", "telefon no", "telefon numarasi", "cep", "cep telefonu", "cep tel", "gsm", "tel",
        "phone", "phone number", "mobile", "mobile phone",
    ),
    "who.card": (
        "kart no", "sadakat karti", "kart numarasi", "card", "card no", "loyalty card", "card number",
    ),
    "person.name": (
        "ad soyad", "adi soyadi", "isim soyisim", "musteri adi", "musteri", "musteri adi soyadi", "name",
        "full name", "customer name", "customer", "isim",
    ),
    "person.first": ("ad", "adi", "first name", "given name"),
    "person.last": ("soyad", "soyadi", "soyisim", "last name", "surname", "family name"),
    "person.birthday": ("dogum tarihi", "dogum gunu", "birthday", "birth date", "date of birth", "dob"),
    "person.language": ("dil", "language", "locale"),
    "person.tags": ("etiket", "etiketler", "tag", "tags", "segment"),
    "person.since": ("uyelik tarihi", "kayit tarihi", "guncelleme tarihi", "updated at", "registered at"),
    "attribute.gender": ("cinsiyet", "gender"),
    "attribute.city": ("sehir", "il", "city"),
    "attribute.district": ("ilce", "district"),
    "attribute.country": ("ulke", "country"),
}  # fmt: skip


def meanings_of(headings: Iterable[str]) -> dict[str, str]:
    """Say which heading means what, as far as it can be told.

    Args:
        headings: The headings of a file.

    Returns:
        Meanings, such as "order.id" and "who.email", to headings; each heading at most once.

    >>> meanings_of(["Sipariş No", "Müşteri No", "Tutar", "Renk"])
    {'order.id': 'Sipariş No', 'line.amount': 'Tutar', 'who.user_id': 'Müşteri No'}
    """
    by_words: dict[str, str] = {}
    for heading in headings:
        by_words.setdefault(_words(heading), heading)
    found: dict[str, str] = {}
    for meaning, usual in _HEADINGS.items():
        fits = [by_words[words] for words in usual if words in by_words]
        if fits:
            found[meaning] = fits[0]
    return found


def _words(heading: str) -> str:
    words = search_key(_CAMEL.sub(" ", heading))
    return words.removesuffix(" tl").removesuffix(" try")
