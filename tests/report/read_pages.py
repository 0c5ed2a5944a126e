"""Pages as a reader finds them: tags, tables, figures."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Tags(HTMLParser):
    """Which tags are open, and what a browser would fetch, and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.linked: list[str] = []
        self.pointed: list[str] = []
        self.ids: list[str] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        named = [(name, value or "") for name, value in attrs if name in ("src", "href", "data")]
        away = [value for _, value in named if not value.startswith("#")]
        if tag == "a":
            self.linked += away
        else:
            self.fetched += [f"{tag} {value}" for value in away]
        self.pointed += [value[1:] for _, value in named if value.startswith("#")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        assert tag not in ("script", "link", "iframe", "img", "object")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def table(page: str, heading: str) -> list[list[str]]:
    """Cells of the first table after a heading."""
    body = page[page.index(f">{heading}</h") :]
    rows = re.findall(r"<tr>(.*?)</tr>", body[: body.index("</table>")], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def numbers(page: str, heading: str) -> dict[tuple[str, ...], list[str]]:
    """The rows of a county table by county: figures of the outcomes, not shown, all."""
    return {tuple(row[:-7]): row[-6:] for row in table(page, heading)[1:]}
