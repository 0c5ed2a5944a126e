"""axe-core in a page: what is wrong there for readers who do not see it, or use no mouse.

Set-up fetches it by name and holds it to the sum of `scripts/lib/axe-core.sha256`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.chromium import Browser, browser
from tests.support.places import ROOT

LOCK = Path("scripts/lib/axe-core.sha256")
LINE = "scripts/setup test"
_FINDINGS = """
axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`)))
"""


def axe_source() -> str:
    """The script of axe-core.

    Raises:
        AssertionError: set-up has not fetched it; says what to type.
    """
    _, archive = (ROOT / LOCK).read_text().split()
    path = Path(sys.prefix, "share", archive.removesuffix(".tgz"), "axe.min.js")
    assert path.is_file(), f"The page is to be checked by axe-core. Type: {LINE}"
    return path.read_text(encoding="utf-8")


def findings(page: Browser) -> list[str]:
    """What axe-core finds wrong on the open page: rule, element, and what to do."""
    page.value(f"{axe_source()}; undefined")
    return list(page.value(_FINDINGS))


def assert_page_serves_every_reader(path: Path) -> None:
    """Open a page wide and narrow, light and dark: nothing sticks out, is fetched, or is wrong."""
    with browser() as chromium:
        chromium.open(path)
        for width, dark in ((1280, False), (390, True)):
            chromium.look(width=width, dark=dark)
            assert chromium.value("document.documentElement.scrollWidth") == width
            assert findings(chromium) == []
    assert (chromium.asked, chromium.said) == ([path.as_uri()], [])
