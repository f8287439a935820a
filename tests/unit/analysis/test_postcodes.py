"""A postcode district and its boroughs, with the counts by hand."""

import pandas as pd
import pytest

from vfm.analysis.postcodes import districts_of

NAMES = pd.Series({"E09000006": "Bromley", "E09000023": "Lewisham", "E09000011": "Greenwich"})


def counts(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["district", "gss_code", "postcodes", "postcodes_in_district"])


def test_the_borough_with_most_of_a_districts_postcodes_is_first() -> None:
    found = districts_of(counts(("BR1", "E09000023", 25, 100), ("BR1", "E09000006", 75, 100)), NAMES)
    assert found.to_dict("records") == [
        {"district": "BR1", "areas": "Bromley; Lewisham", "share": 0.75, "outside": 0.0}
    ]


def test_what_is_outside_london_is_counted() -> None:
    found = districts_of(counts(("BR8", "E09000006", 10, 80)), NAMES)  # 10 of 80, and 70 of 80
    assert found.loc[0, ["share", "outside"]].tolist() == [0.125, 0.875]


def test_areas_with_as_many_are_in_the_order_of_their_names() -> None:
    found = districts_of(counts(("SE9", "E09000023", 5, 10), ("SE9", "E09000011", 5, 10)), NAMES)
    assert found.loc[0, "areas"] == "Greenwich; Lewisham"


def test_an_area_without_a_name_is_said() -> None:
    with pytest.raises(ValueError, match="E09000099"):
        districts_of(counts(("SE9", "E09000099", 5, 10)), NAMES)
