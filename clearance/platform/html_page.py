"""Loads the HTML templates, each in the folder of the module that fills it."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def load_page_template(package: str, name: str = "page.html.j2") -> Template:
    """A template of a package; it escapes all values, and a missing value is an error.

    Args:
        package: its name, such as `clearance.report`.
        name: the name of the template's file.
    """
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
