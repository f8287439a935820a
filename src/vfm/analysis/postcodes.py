"""Which boroughs a postcode district reaches into, for a reader who knows a postcode and not a borough."""

import pandas as pd

from vfm.analysis.preconditions import require_columns, require_known

BETWEEN = "; "


def districts_of(counts: pd.DataFrame, names: "pd.Series[str]") -> pd.DataFrame:
    """One row a postcode district: its boroughs, the one that has most of its postcodes first.

    Parameters
    ----------
    counts : `postcode_districts`: postcodes of each district in each area, and of the district wherever they are
    names : names of the areas by their codes

    Returns
    -------
    ``district``; ``areas``, their names with a semicolon between; ``share``, of the district's postcodes those in the
    first area; ``outside``, those in none of the areas. Areas with as many postcodes are in the order of their names.

    Raises
    ------
    ValueError
        when a code has no name.
    """
    require_columns(counts, ["district", "gss_code", "postcodes", "postcodes_in_district"])
    require_known(postcodes=counts["postcodes"], postcodes_in_district=counts["postcodes_in_district"])
    if not (counts["postcodes_in_district"] > 0).all():
        raise ValueError("a district that is counted has postcodes")
    unknown = sorted(set(counts["gss_code"]) - set(names.index))
    if unknown:
        raise ValueError(f"no area is called {', '.join(unknown)}")
    rows = counts.assign(area=counts["gss_code"].map(names))
    rows = rows.sort_values(["district", "postcodes", "area"], ascending=[True, False, True])
    by_district = rows.groupby("district", sort=True)
    whole = by_district["postcodes_in_district"].first()
    found = pd.DataFrame(
        {
            "areas": by_district["area"].agg(BETWEEN.join),
            "share": by_district["postcodes"].first() / whole,
            "outside": 1 - by_district["postcodes"].sum() / whole,
        }
    )
    return found.reset_index()
