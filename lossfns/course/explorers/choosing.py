"""Four questions, and the loss that they lead to."""

from html import escape

import ipywidgets as widgets

from lossfns.course.guide import QUESTIONS, Advice, advise, options


def choose() -> widgets.VBox:
    """Answer four questions, from top to bottom, and read the loss, the reason, and where it is shown.

    Each menu takes the arrow keys. A menu offers what is left after the answers above it; with one answer left it
    is fixed.
    """
    menus = [
        widgets.Dropdown(
            description=f"{number}. {question}",
            style={"description_width": "18em"},
            layout={"width": "46em"},
        )
        for number, question in enumerate(QUESTIONS, start=1)
    ]
    card = widgets.HTML()

    def answer(change: dict | None = None) -> None:
        changed = menus.index(change["owner"]) if change else -1
        _refill(menus, changed + 1, answer)
        card.value = _card(advise(tuple(menu.value for menu in menus)))

    for menu in menus:
        menu.observe(answer, names="value")
    answer()
    return widgets.VBox([*menus, card])


def _refill(menus: list[widgets.Dropdown], first: int, answer: object) -> None:
    """Offer in each menu from `first` on what is left, and keep what was chosen where that is possible."""
    for k in range(first, len(menus)):
        left = options(tuple(menu.value for menu in menus[:k]))
        kept = menus[k].value if menus[k].value in left else left[0]
        menus[k].unobserve_all("value")
        menus[k].options, menus[k].value, menus[k].disabled = left, kept, len(left) == 1
        menus[k].observe(answer, names="value")


def _card(advice: Advice) -> str:
    return (
        '<div role="status" style="border-left:4px solid #004799;padding:.4em .9em;max-width:52em;line-height:1.5">'
        f'<b style="font-size:120%">{escape(advice.loss)}</b><br>{escape(advice.why)}<br>'
        f'<span style="opacity:.8">Shown in <code>notebooks/{escape(advice.notebook)}.ipynb</code>, '
        f"<i>{escape(advice.section)}</i>.</span></div>"
    )
