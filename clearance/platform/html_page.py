"""Pages from the templates that stand beside the modules which fill them."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def page_template(package: str, name: str = "page.html.j2") -> Template:
    """A template of a package: its variables are escaped, and none may be missing.

    Args:
        package: as `clearance.report`.
        name: of the template's file.
    """
    environment = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
