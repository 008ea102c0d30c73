"""What people wrote is the same in any case of letters, the Turkish ones too."""

from __future__ import annotations

from ecrm.values.casing import folded


def test_letters_that_differ_by_more_than_case_stay_apart():
    assert folded("şu") != folded("su")
    assert folded("I") == folded("ı") == folded("i") == folded("İ") == folded("I\u0307")
