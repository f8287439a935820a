"""The chart of verdicts: each sign is that of the rung in the table, and no sign is told apart by colour."""

import pandas as pd
import pytest

from vfm.analysis.verdict import Rung
from vfm.report.charts_verdicts import SIGNS, rungs

TABLE = pd.DataFrame(
    {
        "service": ["A", "A service whose name is longer than one line"],
        "economy": ["● shown", "– cannot say"],
        "equity": ["○ not shown", "◐ suggested"],
    }
)


def test_each_sign_is_that_of_the_rung_in_the_table() -> None:
    axes = rungs(TABLE, label="service", criteria=["economy", "equity"]).axes[0]
    drawn = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    got = {(line.get_xdata()[0], line.get_ydata()[0]): (line.get_marker(), line.get_fillstyle()) for line in drawn}  # type: ignore[index]
    assert got == {(0, 0): ("o", "full"), (0, 1): ("_", "full"), (1, 0): ("o", "none"), (1, 1): ("o", "left")}
    assert len({str(line.get_color()) for line in drawn}) == 1


def test_every_rung_has_a_sign_of_its_own_and_the_key_names_it() -> None:
    assert set(SIGNS) == set(Rung)
    assert len({(sign["marker"], sign["fillstyle"]) for sign in SIGNS.values()}) == len(Rung)
    figure = rungs(TABLE, label="service", criteria=["economy", "equity"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [str(rung) for rung in Rung]


def test_a_cell_that_holds_no_rung_is_refused() -> None:
    with pytest.raises(ValueError, match="'proven' is not a valid Rung"):
        rungs(TABLE.replace("● shown", "● proven"), label="service", criteria=["economy"])
