"""A reader takes a thread along and opens it from a disk, without scripts and without a network."""

from pathlib import Path

from django.core.management import call_command

from posts.models import Post
from tests.browser import OpenPage


def test_a_guest_takes_a_thread_along_and_reads_it_from_a_disk(open_page: OpenPage, tmp_path: Path) -> None:
    call_command("load_fixture")
    post = Post.objects.get()
    page = open_page(post.get_absolute_url(), scripts=False)
    with page.expect_download() as started:
        page.get_by_role("link", name="As one file").click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    asked: list[str] = []
    said: list[str] = []
    browser = page.context.browser
    assert browser is not None
    disk = browser.new_context(java_script_enabled=False, offline=True)
    for scheme, width in (("light", 1280), ("dark", 390)):
        kept = disk.new_page()
        kept.set_viewport_size({"width": width, "height": 900})
        kept.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        kept.on("request", lambda request: asked.append(request.url))
        kept.on("console", lambda message: said.append(message.text))
        kept.goto(path.as_uri())
        assert kept.title().startswith(post.title)
        assert kept.locator("li.comment").count() == 41
        assert kept.evaluate("document.documentElement.scrollWidth") <= width
        assert not kept.get_by_text('"type":"comment"').is_visible()
    kept.get_by_role("link", name="Show that comment").first.click()
    assert kept.locator("li.comment:target").is_visible()
    kept.emulate_media(media="print")
    assert kept.get_by_text("It repeats words of the comment").first.is_visible()
    assert {address.partition("#")[0] for address in asked} == {path.as_uri()}
    assert not said
    disk.close()
