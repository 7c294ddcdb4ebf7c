"""One output of a notebook cell: its text, and what a notebook shows in place of it."""

import sys
from typing import Any


def show(
    text: str, *, html: str | None = None, png: bytes | None = None, metadata: dict[str, Any] | None = None
) -> None:
    """Show an output whose plain text is `text`; outside IPython print the text, and of a picture nothing.

    A notebook shows the richest form that was given. Metadata travel in the saved notebook and are never
    displayed.
    """
    if not _in_ipython():
        if png is None:
            print(text)
        return
    from IPython.display import display

    forms = {"text/plain": text, "text/html": html, "image/png": png}
    display(
        {kind: form for kind, form in forms.items() if form is not None}, raw=True, metadata=metadata or {}
    )


def _in_ipython() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
