"""How surveys end."""

import pytest

from ecrm.errors import InvalidError
from ecrm.surveys import Ending


def test_an_ending_says_where_its_button_leads():
    ending = Ending("vote", "Thanks", "Tell others", link="https://example.com/vote?a=1", link_says="Rate us")
    assert [where for where, _ in ending.wordings()] == ["title", "text", "link_says"]
    assert [where for where, _ in Ending("end", "Thanks").wordings()] == ["title"]


@pytest.mark.parametrize(
    "link",
    ["http://example.com", "https://", "javascript:alert(1)", "https://ayse:secret@example.com", "/thanks", "",
     "https://exa mple.com", "https://example.com/\n", "https://[", 7, "https://example.com/" + "x" * 2_000],
)  # fmt: skip
def test_a_link_that_is_not_safe_is_refused(link):
    with pytest.raises(InvalidError, match="link"):
        Ending("end", "Thanks", link=link, link_says="Go")


@pytest.mark.parametrize("more", [{"link": "https://example.com"}, {"link_says": "Go"}])
def test_a_link_and_its_words_belong_together(more):
    with pytest.raises(InvalidError, match="or neither"):
        Ending("end", "Thanks", **more)
