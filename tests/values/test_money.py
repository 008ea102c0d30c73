"""Money is exact, in one currency, and fits its minor unit."""

from __future__ import annotations

import operator
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.money import Money, checked_currency, exact_decimal, minor_digits

minors = st.integers(min_value=-(10**15), max_value=10**15)
currencies = st.sampled_from(["TRY", "EUR", "JPY", "KWD", "CLF"])


@given(minors, currencies)
def test_minor_units_come_back_as_they_were(minor, currency):
    assert Money.of_minor(minor % 10**14, currency).minor == minor % 10**14


@given(minors, minors, currencies)
def test_sums_are_exact(first, second, currency):
    total = Money.of_minor(first // 100, currency) + Money.of_minor(second // 100, currency)
    assert total.minor == first // 100 + second // 100
    assert total - Money.of_minor(second // 100, currency) == Money.of_minor(first // 100, currency)


@given(minors, currencies)
def test_the_text_of_money_reads_back(minor, currency):
    money = Money.of_minor(minor // 100, currency)
    amount, _, code = str(money).partition(" ")
    assert Money(amount, code) == money


def test_money_is_written_with_its_minor_digits():
    assert str(Money("149.9", "try")) == "149.90 TRY"
    assert repr(Money(5, "JPY")) == "Money('5', 'JPY')"
    assert str(Money("1E+3")) == "1000"
    assert repr(Money("0.5")) == "Money('0.5')"


def test_an_amount_finer_than_the_minor_unit_says_to_round():
    with pytest.raises(InvalidError, match="round it to 2 decimal places"):
        Money("149.999", "TRY")
    assert Money("149.990", "TRY") == Money("149.99", "TRY")


def test_rounding_is_half_to_even():
    assert Money.rounded("0.125", "TRY") == Money("0.12", "TRY")
    assert Money.rounded(Decimal("0.135"), "TRY") == Money("0.14", "TRY")


@pytest.mark.parametrize("work", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
def test_two_currencies_are_never_mixed(work):
    with pytest.raises(InvalidError, match="never mixed"):
        work(Money(1, "TRY"), Money(1, "EUR"))
    with pytest.raises(InvalidError, match="never mixed"):
        work(Money(1, "TRY"), Money(1))


@pytest.mark.parametrize(
    "work",
    [operator.add, operator.sub, operator.mul, operator.lt, operator.le, operator.gt, operator.ge],
)
@pytest.mark.parametrize("other", [1.5, "1", None, True])
def test_money_does_not_work_with_other_things(work, other):
    with pytest.raises(TypeError):
        work(Money(1, "TRY"), other)


def test_money_is_compared_and_counted():
    assert Money(1, "TRY") < Money(2, "TRY") <= Money(2, "TRY")
    assert Money(2, "TRY") > Money(1, "TRY") >= Money(1, "TRY")
    assert Money("1.0") == Money("1.00")
    assert len({Money("1", "TRY"), Money("1.00", "TRY")}) == 1
    assert -Money(5, "TRY") == Money(-5, "TRY")
    assert abs(Money(-5, "TRY")) == Money(5, "TRY")
    assert 3 * Money("1.10", "TRY") == Money("3.30", "TRY")
    assert Money("1.10", "TRY") * Decimal("0.5") == Money("0.55", "TRY")
    assert Money("0.01", "TRY")
    assert not Money("-0.00", "TRY")
    assert str(Money("-0.00", "TRY")) == "0.00 TRY"


def test_a_product_that_needs_rounding_is_refused():
    with pytest.raises(InvalidError, match=r"Money\.rounded"):
        Money("0.01", "TRY") * Decimal("0.5")


def test_the_decimal_context_of_the_host_changes_nothing():
    with localcontext() as context:
        context.prec = 2
        assert Money("12345.67", "TRY") + Money("0.01", "TRY") == Money("12345.68", "TRY")
        assert Money("12345.67", "TRY").minor == 1234567
        assert abs(-Money("12345.67", "TRY")) == Money("12345.67", "TRY")


def test_a_missing_currency_is_filled_in_and_never_replaced():
    assert Money("149.9").in_currency("TRY") == Money("149.90", "TRY")
    assert Money("1", "EUR").in_currency("TRY") == Money("1", "EUR")
    with pytest.raises(InvalidError, match="fill it in first"):
        _ = Money(1).minor
    with pytest.raises(InvalidError):
        Money("1.5").in_currency("JPY")


@pytest.mark.parametrize(
    "amount",
    [
        1.5,
        True,
        None,
        b"1",
        "",
        "abc",
        "1,5",
        "1_0",
        "٣",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "9" * 65,
        Decimal("nan"),
        Decimal("inf"),
        Decimal("1e-19"),
        10**14,
        -(10**14),
        Decimal("1e14"),
        "1e-400",
    ],
)
def test_what_is_no_exact_amount_in_range_is_refused(amount):
    with pytest.raises(InvalidError) as caught:
        Money(amount)
    assert list(caught.value.fields) == ["amount"]


def test_a_zero_of_any_scale_is_zero():
    assert exact_decimal(Decimal("0e-5000")) == exact_decimal("0e900") == 0
    assert str(exact_decimal("-0.00")) == "0.00"


@pytest.mark.parametrize("minor", [1.5, True, "1", 10**30])
def test_minor_units_are_a_whole_number_in_range(minor):
    with pytest.raises(InvalidError):
        Money.of_minor(minor, "TRY")


@pytest.mark.parametrize("currency", ["", "TL", "TRYY", "ABC", "XAU", "ßx", "tr\0", 5, "ŞŞŞ"])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(InvalidError) as caught:
        checked_currency(currency)
    assert "currency" in caught.value.fields
    with pytest.raises(InvalidError):
        Money(1, currency)


def test_minor_digits_are_those_of_iso_4217():
    assert [minor_digits(code) for code in ("TRY", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
