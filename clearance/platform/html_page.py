"""Pages from the templates that stand beside the modules which fill them."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def page_template(package: str) -> Template:
    """The `page.html.j2` of a package: what it is given is escaped, and nothing may lack.

    Args:
        package: as `clearance.report`.
    """
    environment = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
