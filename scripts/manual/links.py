"""What is wrong with the links of a built site, and what it would ask the network for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

# Attributes by element whose address a browser asks for by itself.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
# Relations of a `link` that no browser fetches.
NOT_FETCHED = {"canonical", "author", "prev", "next", "index", "search"}
STYLE_ADDRESS = re.compile(r"""(?:url\(|@import\s+)["']?(?:https?:)?//""")


class _Page(HTMLParser):
    """A page's anchors, the links in it, and what it fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.update(filter(None, (given.get("id"), given.get("name"))))
        address = given.get(FETCHED.get(tag, ""))
        if address and not set((given.get("rel") or "").split()) & NOT_FETCHED:
            self.fetched.append(address)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))


def dead_links(site: Path) -> list[str]:
    """Links between pages that lead nowhere, each as `page: link`.

    Args:
        site: the built site.
    """
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {link}"
        for path, page in pages.items()
        for link in page.links
        if not _leads_somewhere(link, path, pages)
    ]


def fetched_elsewhere(site: Path) -> list[str]:
    """What pages and styles would fetch from the network, each as `file: address`.

    Args:
        site: the built site.
    """
    return list(_fetched(site))


def _fetched(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("*.html")):
        for address in _read(path).fetched:
            if urlsplit(address).netloc:
                yield f"{path.relative_to(site)}: {address}"
    for path in sorted(site.rglob("*.css")):
        if STYLE_ADDRESS.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: an address in a style"


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads_somewhere(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    """Whether a link leads to a page and a place on it; an address elsewhere is not looked at."""
    if urlsplit(link).scheme or urlsplit(link).netloc:
        return True
    address, anchor = urldefrag(link)
    target = (path.parent / unquote(address)).resolve() if address else path
    if target not in pages:
        return target.is_file()
    return not anchor or unquote(anchor) in pages[target].anchors
