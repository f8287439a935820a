"""Sites made once a session, and one browser for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dashboards
import pytest
from dashboards import CHROMIUM, EXAMPLES, MUST, NO_BOROUGHS, NO_CHROMIUM, PUBLISHED
from playwright.sync_api import Browser, Page, sync_playwright


def _release(data: str) -> Path:
    folder = dashboards.release(data)
    if folder is None:
        pytest.fail(NO_BOROUGHS) if MUST else pytest.skip(NO_BOROUGHS)
    return folder


@pytest.fixture(scope="session")
def release() -> Path:
    return _release(PUBLISHED)


@pytest.fixture(scope="session")
def example() -> Path:
    return _release(EXAMPLES)


@pytest.fixture(scope="session")
def site(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dashboards of the published record, in a folder whose name is not plain."""
    return dashboards.make(PUBLISHED, release, tmp_path_factory.mktemp("site") / "a memory stick, été")


@pytest.fixture(scope="session")
def example_site(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dashboards.make(EXAMPLES, example, tmp_path_factory.mktemp("example") / "site")


@pytest.fixture(scope="session")
def hostile_site(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    return dashboards.make(EXAMPLES, dashboards.spoil(example, folder / "release"), folder / "site")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail(NO_CHROMIUM) if MUST else pytest.skip(NO_CHROMIUM)
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens a page from its file, and at the end holds that it asked no one for anything and no script failed."""
    opener = Opener(browser)
    yield opener
    opener.close()
    assert opener.faults == []
    assert [address for address in opener.asked if not address.startswith(("file://", "data:"))] == []


class Opener:
    """Pages in contexts of their own, with all that they ask for and all that goes wrong in them."""

    def __init__(self, browser: Browser):
        self._browser, self._contexts = browser, []
        self.asked: list[str] = []
        self.faults: list[str] = []

    def __call__(self, path: Path, after: str = "", **settings: object) -> Page:
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(path.as_uri() + after)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
