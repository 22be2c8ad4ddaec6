"""A real browser for tests: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forum.users.models import User

# The shell is the same browser without windows of its own: a page takes it less than half the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
MISSING = f"no browser: run `apt-get install {BROWSERS[0]}` as root"
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test that opens a browser, so that `-m browser` and `-m 'not browser'` choose by use.

    How pages look and move is the same on either database. Journeys go through all of the site, and are made on both,
    but not at every width.
    """
    for item in items:
        if "open_page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            width = item.callspec.params.get("width", 1280) if hasattr(item, "callspec") else 1280
            if "journeys" not in item.path.parts or width != 1280:
                item.add_marker("either")
            # A live server's test empties the tables, so the next needs the migrations' rows again.
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Starts one Chromium for all tests."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        pytest.skip(MISSING)
    # Playwright's loop runs in this thread, so Django takes each query of a test for one inside a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # And it gets connections of its own, which must know the migrations' rows as the first ones did.
    rows = getattr(connections["default"], "_test_serialized_contents", None)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=[*sandbox, "--disable-dev-shm-usage", "--disable-gpu"]
        )
        if rows is not None:
            connections["default"]._test_serialized_contents = rows  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Page, "click", _settled(Page.click))
            patch.setattr(Locator, "click", _settled(Locator.click))
            yield chromium
        chromium.close()


def _settled(click: Callable[..., None]) -> Callable[..., None]:
    """Has a click wait until the page that it leads to is read whole; its first half would answer for all of it."""

    @wraps(click)
    def and_wait(on: Any, *args: Any, **options: Any) -> None:
        page = on.page if isinstance(on, Locator) else on
        click(on, *args, **options)
        page.wait_for_load_state("domcontentloaded")

    return and_wait


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[OpenPage]:
    """Opens pages of the running site: `open_page("/", scripts=False, width=390, touch=True, user=ann)`.

    Fails at the end where a script failed or the site's policy had to stop something.
    """
    settings.SITE_URL = live_server.url
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def page_at(
        path: str = "/",
        *,
        scripts: bool = True,
        width: int = 1280,
        touch: bool = False,
        user: User | None = None,
        scheme: str = "light",
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            is_mobile=touch,
            has_touch=touch,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user:
            context.add_cookies([_session_of(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if "Security Policy" in said.text else None)
        page.goto(path)
        return page

    yield page_at
    for context in contexts:
        context.close()
    assert not problems


def _session_of(user: User, url: str) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
