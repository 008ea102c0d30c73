"""How a page is used: by keyboard alone, without script, forth and back, from the right, and when the net is away."""

from __future__ import annotations

import pytest

from ecrm.http import Response
from ecrm.surveys import AtMost, LongText, Nps, ShortText, Single, Survey, YesNo
from story import AYSE

DESKTOP = {"width": 1280, "height": 800}


def short(**more):
    return Survey(
        "short",
        {"en": "Your opinion", "tr": "Görüşünüz"},
        [
            Nps("score", {"en": "Recommend us?", "tr": "Önerir misiniz?"}, is_required=True),
            LongText("why", {"en": "What went wrong?", "tr": "Ne oldu?"}, when=AtMost("answer.score", 6)),
            Single("whom", {"en": "For whom?", "tr": "Kime?"}, choices={"me": "Me", "gift": "Gift"}, is_required=True),
            ShortText("city", {"en": "Where?", "tr": "Nerede?"}),
            YesNo("again", {"en": "Again?", "tr": "Yine mi?"}),
        ],
        default_language="en",
        **more,
    )


@pytest.fixture
def url(crm, invited):
    crm.surveys.write(short())
    crm.surveys.publish("short")
    crm.surveys.start("short")
    return invited(survey="short")


def answers(crm):
    return next(one for one in crm.timeline(AYSE) if one.kind == "Survey Answered").properties["answers"]


def asks(page):
    return page.locator("h2").first.inner_text().removesuffix(" (required)")


def goes_to(page, question):
    page.wait_for_selector(f"h2:has-text('{question}')")


def test_the_keyboard_alone_goes_from_the_opening_to_the_end(crm, reader, url):
    person = reader(DESKTOP)
    page = person.page
    page.goto(url)
    page.evaluate("window.isTheSame = true")
    person.press("Tab", "ArrowRight", "ArrowRight", "ArrowRight")
    assert page.locator("[name='a.score'][value='3']").is_checked()
    person.press("Tab", "Enter")
    goes_to(page, "What went wrong?")
    # The reader is led to the field that is new.
    page.wait_for_selector("[name='a.why']:focus")
    page.keyboard.type("Late.")
    person.press("Tab", "Enter")
    goes_to(page, "For whom?")
    page.wait_for_selector("h2:focus:has-text('For whom?')")
    # Nothing is chosen: the first choice is where the keyboard is, and it says what to do.
    person.press("Tab", "Tab", "Enter")
    page.wait_for_selector("[role=alert]")
    page.wait_for_selector("[name='a.whom']:focus")
    person.press("Space")
    assert page.locator("[value=me]").is_checked()
    person.press("Tab", "Enter")
    goes_to(page, "Where?")
    page.wait_for_selector("[name='a.city']:focus")
    page.keyboard.type("İzmir")
    person.press("Enter")
    page.wait_for_selector("h2:focus:has-text('Again?')")
    person.press("Tab", "Space", "Tab", "Enter")
    page.wait_for_selector("h1:focus:has-text('Thank you')")
    assert answers(crm) == {"score": 3, "why": "Late.", "whom": "me", "city": "İzmir", "again": True}
    # One page was loaded; what came after was swapped into it, and its title with it.
    assert page.evaluate("window.isTheSame") is True
    assert page.title().startswith("Thank you")


@pytest.mark.parametrize("has_script", [True, False])
def test_one_goes_back_and_loses_nothing(crm, reader, url, has_script):
    page = reader(java_script_enabled=has_script).page
    page.goto(url)
    assert page.locator("[name=back]").count() == 0
    page.check("[value='9']")
    page.click("button:has-text('Next')")
    goes_to(page, "For whom?")
    page.check("[value=gift]")
    page.click("button:has-text('Next')")
    goes_to(page, "Where?")
    page.fill("[name='a.city']", "İzmir")
    page.click("button:has-text('Back')")
    goes_to(page, "For whom?")
    assert page.locator("[value=gift]").is_checked()
    page.click("button:has-text('Back')")
    goes_to(page, "Recommend us?")
    assert page.locator("[value='9']").is_checked()
    assert page.locator("[name=back]").count() == 0
    page.click("button:has-text('Next')")
    goes_to(page, "For whom?")
    page.click("button:has-text('Next')")
    goes_to(page, "Where?")
    assert page.input_value("[name='a.city']") == "İzmir"


def test_without_script_all_of_it_is_answered(crm, reader, url):
    page = reader(java_script_enabled=False).page
    page.goto(f"{url}?score=10")
    page.click("button:has-text('Next')")
    goes_to(page, "For whom?")
    page.click("button:has-text('Next')")
    assert page.locator("[role=alert]").inner_text() == "Please answer this question."
    page.check("[value=me]")
    page.click("button:has-text('Next')")
    page.click("button:has-text('Next')")
    goes_to(page, "Again?")
    page.click("button:has-text('Send')")
    assert page.inner_text("h1") == "Thank you"
    assert answers(crm) == {"score": 10, "whom": "me"}


def test_stars_and_faces_are_chosen_by_touch(crm, invited, reader):
    page = reader(has_touch=True, is_mobile=True).page
    page.goto(f"{invited()}?all=1")
    for name, step in (("faces", 5), ("stars", 4), ("score", 10), ("effort", 7)):
        place = page.locator(f"[name='a.{name}'][value='{step}'] + span")
        box = place.bounding_box()
        # WCAG 2.2, 2.5.8 asks for 24 pixels; a thumb for more.
        assert min(box["width"], box["height"]) >= 40
        place.tap(force=True)
        assert page.locator(f"[name='a.{name}'][value='{step}']").is_checked()


def test_a_survey_in_arabic_runs_from_the_right(crm, invited, reader):
    crm.surveys.write(Survey("rtl", "رأيك", [Nps("score", "هل توصي بنا؟", low="أبدا", high="نعم", is_required=True),
                                            YesNo("again", "مرة أخرى؟")], default_language="ar"))  # fmt: skip
    crm.surveys.publish("rtl")
    crm.surveys.start("rtl")
    person = reader()
    person.page.goto(invited(survey="rtl"))
    html = person.page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    # What is ours is said in the reader's own language, and marked.
    assert person.page.locator(".go button").get_attribute("lang") == "en"
    zero, ten = (person.page.locator(f"[value='{step}']").bounding_box()["x"] for step in (0, 5))
    assert zero > ten
    person.look("arabic-phone-light")


def test_a_link_in_a_store_is_answered_and_goes_on_after_a_reload(crm, site, reader):
    crm.surveys.write(short())
    crm.surveys.publish("short")
    token = crm.surveys.link("short", location_id="kadikoy").rpartition("/")[2]
    page = reader(locale="tr-TR").page
    page.goto(f"{site}/survey/{token}")
    page.check("[value='9']")
    page.click("button:has-text('Next')")
    goes_to(page, "For whom?")
    assert not page.url.endswith(token)
    page.reload()
    assert asks(page) == "For whom?"


@pytest.mark.parametrize("answer", [None, Response(502, b"bad gateway", {"content-type": "text/html"})])
def test_where_a_page_can_not_be_swapped_the_browser_sends_the_form_itself(reader, url, answer):
    person = reader()
    page = person.page
    page.goto(url)
    page.check("[value='9']")

    def fail(route):
        if route.request.resource_type == "document":
            route.continue_()
        elif answer is None:
            route.abort()
        else:
            route.fulfill(status=answer.status, body=answer.body, content_type="text/html")

    page.route("**/survey/**", fail)
    page.evaluate("window.isTheSame = true")
    page.click("button:has-text('Next')")
    goes_to(page, "For whom?")
    assert page.evaluate("window.isTheSame") is None
    # What htmx and the browser say of the failure.
    person.problems.clear()


def test_a_page_of_another_site_sends_nothing(crm, reader, url):
    person = reader()
    page = person.page
    page.route("https://evil.example/", lambda route: route.fulfill(
        content_type="text/html", body=f"<form method=post action='{url}'><input name=shown value=score>"
        "<input name=a.score value=0><button>win</button></form>"))  # fmt: skip
    page.goto("https://evil.example/")
    page.click("button")
    page.wait_for_selector("h1:has-text('did not come from our page')")
    person.requests.remove("https://evil.example/")
    person.problems.clear()
    assert crm.surveys.open(url.rpartition("/")[2]).answers == {}
