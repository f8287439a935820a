"""The controls in JupyterLab: what is chosen, and the drawing, the table and the sentence that change with it."""

from collections.abc import Mapping
from dataclasses import replace
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
        self._sentence, self._drawing, self._table, self._files, self._receipt = (ipywidgets.HTML() for _ in range(5))
        self._take = ipywidgets.Button(description="Make the files to take away", layout={"width": "18rem"})
        self._take.on_click(lambda _: self._make_files())
        self._measure.observe(lambda _: self._offer(), "value")
        for control in self._controls.values():
            control.observe(lambda _: self._show(), "value")
        self._offer()
        chosen = ipywidgets.VBox([self._measure, *self._controls.values()])
        return ipywidgets.VBox(
            [
                *(ipywidgets.HTML(pages.STYLE), chosen, self._sentence, self._drawing, self._table),
                *(self._take, self._files, self._receipt),
            ]
        )

    def _offer(self, wanted: Mapping[str, str] | None = None) -> None:
        """Offer what the measure heeds, and hide the rest; set those that are `wanted`, where it offers that."""
        if self._changing:
            return
        measure = MEASURES[self._measure.value]
        offered = options(self._sealed, measure.key)
        self._changing = True  # a control that is given other options says so, once for each
        for name, control in self._controls.items():
            before = (wanted or {}).get(name, ALL if wanted else control.value)
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
        told = (
            pages.sentence_html(view),
            pages.drawing_html(view),
            pages.table_html(view),
            pages.receipt_html(view.receipt),
        )
        # all is worked out by now, so that what is seen changes in one go
        self._sentence.value, self._drawing.value, self._table.value, self._receipt.value = told
        self._files.value = ""  # those of the view before

    def _make_files(self) -> None:
        """Offer the files of what is seen: made when asked for, since a picture and a workbook take a while."""
        if self.view is not None:
            self._files.value = take.links(take.files(self.view))

    def _set(self, wanted: Mapping[str, str]) -> None:
        """Set the controls to what a question is about; what a measure does not offer stays as it is."""
        if self.view is None or not wanted:  # they are not shown, or nothing of it can be seen with them
            return
        self._changing = True
        self._measure.value = wanted["measure"]
        self._changing = False
        self._offer(wanted)

    # ---- questions

    @property
    def questions(self) -> ipywidgets.VBox:
        """A committee's questions, each with what it asks of, and its answer with its receipt."""
        known = cards(self._project.place)
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
        try:
            answer = ask(self._project, card.card, given, str(self._sealed.folder))
        except VfmError as error:
            self._answer.value = pages.fault_html(error)
            return
        links = take.links(take.files_of_answer(answer, self._project.data))
        self._answer.value = f"{pages.answer_html(answer)}{links}"
        self._set({name: text.format(**answer.parameters) for name, text in card.view.items()})

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
        try:
            self._moved.value = pages.scenario_html(what_if(self._project, self._sealed, *asked))
        except VfmError as error:
            self._moved.value = pages.fault_html(error)


def _dropdown(name: str, offered: list[tuple[str, str]]) -> Any:
    return ipywidgets.Dropdown(options=offered, description=name, style=WIDE, layout=LAYOUT)
