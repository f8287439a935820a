"""The controls in JupyterLab: what is chosen, and the drawing, the table and the sentence that change with it."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from vfm.bench import pages, take
from vfm.bench.choices import ALL, CONTROLS, MEASURES, Choice, options
from vfm.bench.views import View, see
from vfm.bench.what_if import assumptions, what_if
from vfm.release.ask import ask
from vfm.release.cards import Card, cards
from vfm.vocabulary.errors import VfmError

if TYPE_CHECKING:
    from vfm.bench.explorer import Explorer

NAMES = {
    "theme": "Theme",
    "service": "Service",
    "borough": "Borough",
    "period": "Period",
    "prices": "Prices",
    "compare": "Compare with",
}
EVERY = "all"
WIDE = {"description_width": "8.5rem"}
LAYOUT = {"width": "30rem", "max_width": "100%"}


class Controls:
    """The widgets of one bench. A cell shows `look`, `questions` or `assumptions`."""

    def __init__(self, explorer: "Explorer"):
        self._project, self._sealed = explorer.project, explorer.sealed
        self._changing = False
        self.view: View | None = None

    # ---- look

    @property
    def look(self) -> ipywidgets.VBox:
        """Controls, and beneath them the sentence, the drawing, the table and the files."""
        self._measure = _dropdown("Look at", [(one.name, one.key) for one in MEASURES.values()])
        self._controls = {name: _dropdown(NAMES[name], [(EVERY, ALL)]) for name in CONTROLS}
        self._sentence, self._drawing, self._table, self._files = (ipywidgets.HTML() for _ in range(4))
        self._measure.observe(lambda _: self._offer(), "value")
        for control in self._controls.values():
            control.observe(lambda _: self._show(), "value")
        self._offer()
        chosen = ipywidgets.VBox([self._measure, *self._controls.values()])
        return ipywidgets.VBox(
            [ipywidgets.HTML(pages.STYLE), chosen, self._sentence, self._drawing, self._table, self._files]
        )

    def _offer(self) -> None:
        """Offer what the measure heeds, and say of the rest that it does not."""
        measure = MEASURES[self._measure.value]
        offered = options(self._sealed, measure.key)
        self._changing = True  # a control that is given other options says so, once for each
        for name, control in self._controls.items():
            before = control.value
            control.options = [(one or EVERY, one) for one in offered[name]]
            control.value = before if before in offered[name] else offered[name][0]
            control.disabled = name not in measure.heeds
            control.layout.display = "none" if control.disabled else ""
        self._changing = False
        self._show()

    def _show(self) -> None:
        if self._changing:
            return
        said = {name: str(control.value) for name, control in self._controls.items()}
        choice = Choice(self._measure.value, **said)
        unheeded = {name: ALL for name in CONTROLS if name not in MEASURES[choice.measure].heeds and name != "prices"}
        self.view = view = see(self._project, self._sealed, replace(choice, **unheeded))
        self._sentence.value = pages.sentence_html(view)
        self._drawing.value = pages.drawing_html(view)
        self._table.value = pages.table_html(view)
        links = " ".join(take.link(name, held) for name, held in take.files(view).items())
        self._files.value = (
            f'<div class="vfm-bench"><p>Take it away: {links}</p></div>{pages.receipt_html(view.receipt)}'
        )

    # ---- questions

    @property
    def questions(self) -> ipywidgets.VBox:
        """A committee's questions, each with what it asks of, and its answer with its receipt."""
        known = cards()
        self._card = _dropdown("Question", [(one.asked(one.parameters), name) for name, one in known.items()])
        self._asked = ipywidgets.VBox()
        self._answer = ipywidgets.HTML()
        self._card.observe(lambda _: self._ask_of(known[self._card.value]), "value")
        self._ask_of(known[self._card.value])
        return ipywidgets.VBox([ipywidgets.HTML(pages.STYLE), self._card, self._asked, self._answer])

    def _ask_of(self, card: Card) -> None:
        self._parameters = {name: self._parameter(name, value) for name, value in card.parameters.items()}
        for control in self._parameters.values():
            control.observe(lambda _: self._answer_to(card), "value")
        self._asked.children = tuple(self._parameters.values())
        self._answer_to(card)

    def _parameter(self, name: str, value: str) -> Any:
        names = options(self._sealed, "services").get(name)
        if names is None:
            return ipywidgets.Text(
                value, description=name.capitalize(), style=WIDE, layout=LAYOUT, continuous_update=False
            )
        known = [one for one in names if one]
        control = _dropdown(name.capitalize(), [(one, one) for one in known])
        control.value = value if value in known else known[0]
        return control

    def _answer_to(self, card: Card) -> None:
        given = {name: str(control.value) for name, control in self._parameters.items()}
        self._answer.value = _said(lambda: pages.answer_html(ask(self._project, card.card, given, self._sealed.name)))

    # ---- what if

    @property
    def assumptions(self) -> ipywidgets.VBox:
        """An assumption to change, and the figures that move with it, kept apart from the published ones."""
        known = assumptions(self._sealed)
        self._notebook = _dropdown("Notebook", [(name, name) for name in known])
        self._name, self._value = (
            _dropdown("Assumption", []),
            ipywidgets.Text(description="Becomes", style=WIDE, layout=LAYOUT),
        )
        run = ipywidgets.Button(description="Work it out again", layout={"width": "14rem"})
        self._moved = ipywidgets.HTML()
        self._notebook.observe(lambda _: self._name_one(known), "value")
        self._name.observe(lambda _: self._as_it_was(known), "value")
        run.on_click(lambda _: self._work_out())
        self._name_one(known)
        return ipywidgets.VBox(
            [ipywidgets.HTML(pages.STYLE), self._notebook, self._name, self._value, run, self._moved]
        )

    def _name_one(self, known: dict[str, dict[str, Any]]) -> None:
        self._name.options = [(f"{name}, now {value}", name) for name, value in known[self._notebook.value].items()]
        self._as_it_was(known)

    def _as_it_was(self, known: dict[str, dict[str, Any]]) -> None:
        self._value.value = str(known[self._notebook.value].get(self._name.value, ""))

    def _work_out(self) -> None:
        self._moved.value = '<p role="status">Working it out…</p>'
        asked = (self._notebook.value, self._name.value, self._value.value)
        self._moved.value = _said(lambda: pages.scenario_html(what_if(self._project, self._sealed, *asked)))


def _dropdown(name: str, offered: list[tuple[str, str]]) -> Any:
    return ipywidgets.Dropdown(options=offered, description=name, style=WIDE, layout=LAYOUT)


def _said(answer: Callable[[], str]) -> str:
    """An answer, or in its place what is wrong with the question."""
    try:
        return answer()
    except VfmError as error:
        return f'<p role="alert"><strong>{escape(str(error))}</strong></p>'
