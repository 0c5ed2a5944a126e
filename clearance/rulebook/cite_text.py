"""The test for cites that are placeholders."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"(to ?do|tb[ad]|fix ?me)\b.*|x{3,}|none|n/?a|null|unknown|missing|cite|citation|see above"
    r"|ditto|[^A-Za-z]*",
    re.IGNORECASE,
)


def cites_nothing(cite: str) -> bool:
    """Whether a cite is only a placeholder, such as TODO or ?."""
    return _PLACEHOLDER.fullmatch(cite.strip(" .:;-")) is not None
