"""The way back from a button: to a page of this site alone."""

import pytest
from django.test import RequestFactory

from forum.returning import back


@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "\\\\evil.example", "/\\evil.example", "///evil.example", "https:evil.example", "http://evil.example/",
     "/\t/evil.example", "javascript:alert(1)", "user@evil.example", " //evil.example", ""],
)  # fmt: skip
def test_a_way_back_that_leads_elsewhere_is_not_taken(rf: RequestFactory, asked: str) -> None:
    answer = back(rf.post("/", {"next": asked}), "/posts/1/", anchor="c5")
    assert (answer.status_code, answer["Location"]) == (303, "/posts/1/#c5")


def test_the_way_back_keeps_the_page_and_names_the_spot(rf: RequestFactory) -> None:
    answer = back(rf.post("/", {"next": "/posts/1/a/?after=7#old"}), "/", anchor="c9")
    assert answer["Location"] == "/posts/1/a/?after=7#c9"
    assert back(rf.post("/"), "/posts/1/")["Location"] == "/posts/1/"
