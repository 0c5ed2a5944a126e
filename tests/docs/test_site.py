"""The site of docs/ is built without a warning, whole, and without the network."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from manual.build import NotBuilt, build, main, rendered
from manual.links import dead_links, fetched_elsewhere
from manual.markdown import plain, table
from manual.source import DOCS, RENDERED, write_source
from typer.core import TyperGroup
from typer.main import get_command

from clearance.commands.app import app
from clearance.platform.paths import rules_folder
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.sentences import Operator
from clearance.schemas import TABLES


def _no_network(*address: Any) -> None:
    raise AssertionError(f"the site asks the network: {address}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `scripts/docs` does it, where nothing else can be reached."""
    out = tmp_path_factory.mktemp("docs") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        build(out)
    return out


def words_of(page: Path) -> str:
    """What a page says, without its elements."""
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_every_page_of_the_folder_is_on_the_site_and_its_side_leads_there(site: Path) -> None:
    names = [*DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb")]
    pages = [path.relative_to(DOCS).with_suffix(".html") for path in names]
    assert len(pages) > 80
    first = (site / "index.html").read_text(encoding="utf-8")
    for page in (page for page in pages if page != Path("README.html")):
        assert (site / page).is_file(), page
        assert f'href="{page}"' in first, page


def test_the_commands_are_those_of_the_command(site: Path) -> None:
    page = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    sections = dict(re.findall(r'<section id="clearance-([\w-]+)">(.*?)</section>', page, re.S))
    group: Any = get_command(app)
    verbs = {
        f"{name}-{below}".strip("-"): command
        for name, one in group.commands.items()
        for below, command in (one.commands.items() if isinstance(one, TyperGroup) else [("", one)])
    }
    assert sorted(sections) == sorted(verbs)
    for verb, command in verbs.items():
        shown = re.findall(r'<span class="pre">([\w-]+)', sections[verb])
        hidden = {one.opts[0] for one in command.params if getattr(one, "hidden", False)}
        expected = {one.opts[0] for one in command.params} - hidden
        assert expected <= set(shown), verb
        assert not hidden & set(shown), verb


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_is_on_its_page_and_says_whether_it_is_restricted(
    site: Path, name: str
) -> None:
    page = (site / "reference" / "tables.html").read_text(encoding="utf-8")
    anchor = name.replace("_", "-")
    (section,) = re.findall(rf'<section id="{anchor}">(.*?)</section>', page, re.S)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section, re.S)[1:]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
    shown = {re.sub(r"<[^>]+>", "", cell[0]).strip(): cell[2] for cell in cells}
    spec = TABLES[name]
    assert list(shown) == spec.columns
    assert {column for column, words in shown.items() if "Restricted" in words} == set(
        spec.unindexed
    )
    assert ("it says who a person is" in section) == spec.restricted


def test_every_reason_feature_and_operator_is_in_the_reference(site: Path) -> None:
    reasons = words_of(site / "reference" / "reasons.html")
    assert [code for code in load_reason_texts(rules_folder()) if f"{code}\n" not in reasons] == []
    features = words_of(site / "reference" / "features.html")
    for columns in load_catalogue(rules_folder()).values():
        assert [name for name in columns if f"{name}\n" not in features] == []
    sentences = words_of(site / "reference" / "sentences.html")
    assert [one.value for one in Operator if f"{one.value}\n" not in sentences] == []


def test_no_page_lacks_words_for_an_exit_code_a_setting_or_a_variable() -> None:
    for name in ("exit-codes", "settings"):
        rows = [line for line in RENDERED[name]().split("\n") if line.startswith("| ")]
        assert len(rows) > 8
        assert [row for row in rows if not row.split(" | ")[1].strip()] == []


def test_nothing_is_written_into_the_folder_of_the_pages(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in DOCS.rglob("*")}
    write_source(tmp_path / "source")
    assert {path: path.stat().st_mtime_ns for path in DOCS.rglob("*")} == before
    assert (tmp_path / "source" / "reference" / "tables.md").is_file()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[a page](nowhere.md)", "'nowhere.md'"),
        ("[a heading](#nowhere)", "'nowhere'"),
        ("[a heading of another page](other.md#nowhere)", "'nowhere'"),
        ("```{nothing}\n```", "nothing"),
    ],
)
def test_a_mistake_on_a_page_is_named_with_its_line(
    tmp_path: Path, line: str, problem: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(f"# First\n\n{line}\n\n```{{toctree}}\nother\n```\n")
    (source / "other.md").write_text("# Other\n")
    (found,) = rendered(source, tmp_path / "site")
    assert "index.md:3" in found
    assert problem in found


def test_the_site_is_refused_where_a_page_has_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("manual.build.write_source", lambda folder: folder.mkdir())
    monkeypatch.setattr("manual.build.rendered", lambda source, out: ["index.md:3: a mistake"])
    with pytest.raises(NotBuilt, match=r"index\.md:3: a mistake"):
        build(tmp_path / "site")
    assert main([str(tmp_path / "site")]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("index.md:3: a mistake\nCorrect the pages")
    monkeypatch.setattr("manual.build.rendered", lambda source, out: [])
    assert main([str(tmp_path / "site")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "site" / "index.html")


def test_links_that_lead_nowhere_and_what_comes_from_elsewhere_are_found(tmp_path: Path) -> None:
    head = '<link rel="stylesheet" href="https://elsewhere.example/a.css"><link href="b.css">'
    good = (
        '<a href="b.html#here">b</a> <a href="https://elsewhere.example/">e</a> <a href="#">t</a>'
    )
    bad = '<a href="c.html">c</a> <a href="b.html#there">b</a> <a href="#there">a</a>'
    (tmp_path / "a.html").write_text(head + good + bad)
    (tmp_path / "b.html").write_text('<p id="here">b</p><script src="//elsewhere.example/c.js">')
    (tmp_path / "b.css").write_text("@import 'https://elsewhere.example/d.css';")
    assert dead_links(tmp_path) == ["a.html: c.html", "a.html: b.html#there", "a.html: #there"]
    assert fetched_elsewhere(tmp_path) == [
        "a.html: https://elsewhere.example/a.css",
        "b.html: //elsewhere.example/c.js",
        "b.css: an address in a style",
    ]


def test_what_a_cell_holds_means_nothing_to_markdown() -> None:
    assert plain("a_b [c] <d> `e_f`") == "a\\_b \\[c\\] \\<d\\> `e_f`"
    assert table(("A", "B"), [("a | b", "c\nd")])[2] == "| a \\| b | c d |"
