"""Every page, at the width of a phone and of a desk, in light and in the dark, has no fault that axe finds."""

from __future__ import annotations

import pytest

from ecrm import Who
from ecrm.consent.links import Link
from questioning import GOOD
from story import AYSE

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
WIDTHS = pytest.mark.parametrize("width", ["phone", "desktop"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def viewport(width):
    return PHONE if width == "phone" else DESKTOP


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", "phone", "light"), ("tr", "phone", "dark"), ("en", "desktop", "dark"), ("tr", "desktop", "light")],
)
def test_all_questions_on_one_page(crm, invited, reader, width, scheme, language):
    crm.customers.upsert(AYSE, language=language)
    person = reader(viewport(width), scheme)
    person.page.goto(f"{invited()}?all=1")
    assert person.page.locator("html").get_attribute("lang") == language
    person.look(f"all-{language}-{width}-{scheme}")
    # Nothing is answered, and a number is none: each is marked, the first of them is where the keyboard is.
    person.page.fill("[name='a.pieces']", "many")
    person.page.fill("[name='a.email']", "ayse")
    person.page.click("main button")
    person.page.wait_for_selector(".summary")
    person.page.wait_for_selector("[name='a.score']:focus")
    assert person.page.input_value("[name='a.email']") == "ayse"
    person.look(f"wrong-{language}-{width}-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), [("phone", "light"), ("phone", "dark"), ("desktop", "light")])
def test_one_question_after_the_other(invited, reader, width, scheme):
    person = reader(viewport(width), scheme)
    page = person.page
    page.goto(f"{invited()}?score=9")
    for number in range(30):
        key = page.locator("[name=shown]").last.get_attribute("value")
        person.look(f"step-{number:02}-{key}-{width}-{scheme}")
        answer(page, key)
        if key == "news":
            break
        page.locator("main button").first.click()
        page.wait_for_selector(f"[name=shown][value={key}]", state="detached")
    page.locator("main button").first.click()
    page.wait_for_selector("text=Thank you, İzmir")
    person.look(f"thanks-{width}-{scheme}")


def answer(page, key):
    """Answer a question of the survey as a reader would."""
    if key == "order":
        for place, choice in enumerate(("help", "courier", "parcel"), 1):
            page.select_option(f"[name='a.order.{choice}']", str(place))
    elif key == "grid":
        for row in ("parcel", "courier", "help"):
            page.check(f"[name='a.grid.{row}'][value=fast]")
    elif key == "news":
        page.check("[name='a.news']")
    elif key == "size":
        page.select_option("[name='a.size']", "M")
    elif page.locator(f"[name='a.{key}'][value='{GOOD[key]}']").count():
        page.check(f"[name='a.{key}'][value='{GOOD[key]}']")
    else:
        page.fill(f"[name='a.{key}']", GOOD[key])


@WIDTHS
@SCHEMES
def test_the_pages_that_ask_nothing(crm, site, invited, reader, width, scheme):
    person, token = reader(viewport(width), scheme), invited()
    look = lambda name: person.look(f"{name}-{width}-{scheme}")  # noqa: E731 - said five times
    person.page.goto(f"{site}/survey/forged")
    look("gone")
    opened = crm.surveys.open(token.rpartition("/")[2])
    crm.surveys.answer(opened.token, {
        "score": 3, "faces": 1, "whom": "me", "order": ["help", "courier", "parcel"], "again": True, "city": "İzmir",
    })  # fmt: skip
    person.page.goto(token)
    look("answered")
    person.page.goto(f"{site}/survey/{'x' * 20}")
    assert "not valid" in person.page.inner_text("h1")


def test_a_survey_that_is_over(crm, invited, reader):
    url = invited()
    crm.surveys.stop("every")
    crm._core.kit.now.advance(days=60)
    person = reader()
    person.page.goto(url)
    assert "over" in person.page.inner_text("h1")
    person.look("late-phone-light")


@WIDTHS
@SCHEMES
def test_the_pages_of_consent(crm, site, reader, width, scheme):
    crm.customers.upsert(Who(email="ayse@example.org", phone="+905321112233"))
    who, person = crm.customers.find(AYSE).id, reader(viewport(width), scheme)
    for use, done in (("preferences", "Saved"), ("confirm", "confirmed"), ("unsubscribe", "no more of these")):
        link = Link(use=use, shop="main", who=who, purpose="marketing", channel="email")
        person.page.goto(f"{site}/{use}/{crm.links.make(link, days=1)}")
        person.look(f"{use}-{width}-{scheme}")
        person.page.click("main button")
        person.page.wait_for_selector(f"[role=status] >> text={done}")
        person.look(f"{use}-done-{width}-{scheme}")
