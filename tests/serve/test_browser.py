"""The console in a real browser: headless Chromium opens the page, reads the terminal, presses keys."""

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest
from console.world import populate
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1200,800"
)
# xterm.js draws on a canvas. Its buffer has the text: the page's script keeps the terminal in a field of that name, and
# whoever is the first to be put into one is caught here.
CATCH = """
Object.defineProperty(Object.prototype, "terminal", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "terminal", {value, writable: true, configurable: true, enumerable: true});
    if (value && value.buffer) window.caught = value;
  },
});
"""
READ = """
if (!window.caught) return "";
const buffer = window.caught.buffer.active, lines = [];
for (let y = 0; y < window.caught.rows; y++) lines.push(buffer.getLine(y).translateToString(true));
return lines.join("\\n");
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver; see .ci/run"
    ),
]


@pytest.fixture
def address(runs, tmp_path):
    """A server on a history, as the command starts it."""
    populate(runs)
    command = [sys.executable, "-m", "grokterm", "serve", "--runs", str(runs), "--port", "0", "--token", "for the test"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        yield next(word for word in server.stderr.readline().split() if word.startswith("http"))
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)


@pytest.fixture
def browser(tmp_path):
    """Chromium without a window, with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": CATCH})
    yield driver
    driver.quit()


def until(browser, *words: str, seconds: float = 40.0) -> str:
    """The screen, once it shows all these words."""
    deadline = time.monotonic() + seconds
    while not all(word in (screen := browser.execute_script(READ)) for word in words):
        assert time.monotonic() < deadline, f"no {words} on\n{screen}"
        time.sleep(0.1)
    return screen


def press(browser, keys: str) -> None:
    """Type into whatever has the focus of the page."""
    ActionChains(browser).send_keys(keys).perform()


def test_the_history_and_the_presets_in_a_browser(browser, address):
    browser.get(address)
    assert "token" not in browser.current_url
    until(browser, "Any key begins")  # the page has the focus by itself: no click needed
    press(browser, "n")
    until(browser, "New experiment", "quickstart")
    press(browser, Keys.ESCAPE)
    until(browser, "6 experiments", "quickstart-fin3")
    assert_nothing_from_elsewhere(browser, address)
    press(browser, "q")
    deadline = time.monotonic() + 20
    while not browser.find_element("id", "again").is_displayed():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def assert_nothing_from_elsewhere(browser, address) -> None:
    """Every request of the page went to its own server."""
    place = address.split("/")[2]
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"]
    assert any("textual.js" in url for url in urls)
    assert not [url for url in urls if not url.startswith(("data:", "chrome://", f"http://{place}/"))]
