"""HTML in cells becomes what a reader would see, and nothing that could run."""

import pytest

from lookup.build.official.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p>\n<p>two&nbsp;and<br/>three</p>", "One\ntwo and\nthree"),
        ("wrapped\nin the source", "wrapped in the source"),
        ("Any of:<ul><li>one</li><li>two</li></ul>", "Any of:\n- one\n- two"),
        ("<table><tr><th>Age</th><td>18</td></tr><tr><td>a</td></tr></table>", "Age 18\na"),
        ("PaO2 < 55 mm Hg & SaO2 &le; 88%", "PaO2 < 55 mm Hg & SaO2 ≤ 88%"),
        ("see <a href='javascript:alert(1)' onclick=x()>section 240.4</a>", "see section 240.4"),
        ("a<script>alert('<p>')</script>b<style>p{}</style>c", "abc"),
        ("a<!-- not said -->b", "ab"),
        ("an author's &lt;b&gt; stays text", "an author's <b> stays text"),
        ("bell\x07 and\x92 end", "bell and end"),
        ("&#146;t was", "’t was"),
        (" \n<p> </p><li></li> ", ""),
        ("", ""),
    ],
)
def test_a_cell_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert plain_text(html) == text
