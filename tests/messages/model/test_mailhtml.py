"""The plain text of a mail, its links, and what mail programs do not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.messages.model.mailhtml import Link, plain_text, read_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
        ("a<br>b<hr>c", "a\nb\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<head><title>T</title></head><style>p{}</style><script>x</script><p>Hi</p>", "Hi"),
        ("&lt;b&gt; &amp; &nbsp; c", "<b> & c"),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ('<a href="mailto:a@b.example">Write</a>', "Write (a@b.example)"),
        ('<a href="#top">Up</a>', "Up"),
        ('<a href="https://a.example"></a>', "https://a.example"),
        ('<a name="x">Here</a>', "Here"),
        ('<img src="x.png" alt="Logo"> Hi', "Logo Hi"),
        ('<style><img src="x" alt="no"></style>Hi', "Hi"),
        ('<head><img src="x" alt="no"></head>Hi', "Hi"),
        ("</a></p>Hi", "Hi"),
        ("<b>unclosed", "unclosed"),
        ("<![;]>Hi", "Hi"),
        ("Hi<![;", "Hi<![;"),
    ],
)
def test_the_text_says_what_the_html_shows(html, text):
    assert plain_text(html) == text


def test_links_and_images_are_told():
    reading = read_html('<a href="https://a.example">x</a><img src="https://b.example/i.png"><img alt="">')
    assert reading.links == (Link("a", "https://a.example"), Link("img", "https://b.example/i.png"), Link("img", ""))
    assert reading.silent_images == 1


def test_what_mail_programs_do_not_show_is_told_once():
    html = '<script></script><script></script><p onclick="x">a</p><a href="JavaScript:x()">b</a><form></form>'
    assert read_html(html).not_shown == ("script", "onclick", "href", "form")


@given(html=st.text(alphabet="<>/ab\"'=&;!-[] \npilr", max_size=200))
def test_no_html_is_too_odd_to_be_read(html):
    assert plain_text(html) == plain_text(html).strip()
