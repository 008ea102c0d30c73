from __future__ import annotations

import pytest

from ecrm.errors import InvalidError
from ecrm.imports import guess_mapping, read_mapping
from ecrm.imports.headings import meanings_of

TURKISH = (
    "Sipariş No;Sipariş Tarihi;Müşteri No;E-posta;Telefon;Ürün Kodu;Ürün;Adet;Birim Fiyat;Renk\r\n"
    "S-1;15.01.2026 10:05;1001;a@example.com;0532 111 22 33;K1;Gömlek;2;1.234,56;kırmızı\r\n"
)


def guessed(tmp_path, content, name="satislar.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return read_mapping(guess_mapping(path))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1254", "utf-16"])
def test_turkish_orders_of_excel_are_understood_from_their_header(tmp_path, encoding):
    mapping = guessed(tmp_path, TURKISH, encoding=encoding)
    assert (mapping.source, mapping.file.delimiter) == ("satislar", ";")
    assert (mapping.notation.decimal, mapping.notation.thousands) == (",", ".")
    assert mapping.notation.times == ("%d.%m.%Y %H:%M",)
    assert set(mapping.orders.customer) == {"user_id", "email", "phone"}
    assert mapping.orders.product["quantity"].columns == ("Adet",)
    assert mapping.file.encoding == encoding


def test_english_orders_are_understood_and_a_float_number_loses_its_ending(tmp_path):
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID"
    text = f"{header}\n1,A,x,1,2010-12-01 08:26:00,2.55,17850.0\n"
    mapping = guessed(tmp_path, text)
    assert mapping.orders.customer["user_id"].drop_suffix == ".0"
    assert mapping.notation.times == ("%Y-%m-%d %H:%M:%S",)


def test_customers_are_understood_with_names_in_two_columns_and_attributes(tmp_path):
    header = "Ad\tSoyad\tCep Telefonu\tDoğum Tarihi\tŞehir\tEtiketler"
    text = f"{header}\nAyşe\tYılmaz\t0532\t14.03.1988\tİzmir\tvip|a\n"
    mapping = guessed(tmp_path, text)
    assert mapping.orders is None
    assert mapping.customers.name.columns == ("Ad", "Soyad")
    assert mapping.notation.days == ("%d.%m.%Y",)
    assert mapping.customers.tags.split == "|"
    assert set(mapping.customers.attributes) == {"city"}


def test_what_is_not_used_is_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TURKISH, encoding="utf-8")
    assert '# not used: "Renk"' in guess_mapping(path)


@pytest.mark.parametrize("content", ["", "id\n", "colour,size\nred,38\n"])
def test_a_file_that_says_nothing_known_is_wrong_input(tmp_path, content):
    with pytest.raises(InvalidError):
        guessed(tmp_path, content)


def test_a_file_that_is_not_there_is_wrong_input(tmp_path):
    with pytest.raises(InvalidError):
        guess_mapping(tmp_path / "missing.csv")


def test_headings_are_compared_without_case_and_turkish_marks():
    assert meanings_of(["MÜŞTERİ NO", "toplam tutar (TL)"]) == {
        "order.total": "toplam tutar (TL)", "who.user_id": "MÜŞTERİ NO",
    }  # fmt: skip
