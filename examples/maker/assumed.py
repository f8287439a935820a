"""What the example's appraisal assumes: invented, but for the one number that has a published source."""

from pathlib import Path

from maker.files import write_csv

INVENTED = "Illustrative: invented, and no evidence for anything"
GREEN_BOOK = "HM Treasury, The Green Book (2022), annex A3: 1.3; its range is invented"
KEPT = ("performance analyst", "2020-05-15", "2021-05-15")
HEADING = (
    "assumption_id",
    "what",
    "value",
    "lower",
    "upper",
    "unit",
    "source",
    "owner_role",
    "recorded",
    "sunset",
)
ASSUMED = [
    ("attribution", "Share of what is left that is owed to other services", 0.25, 0.1, 0.4, "proportion", INVENTED),
    ("deadweight", "Share of those at lower risk who would have been so anyway", 0.4, 0.2, 0.6, "proportion", INVENTED),
    ("displacement", "Share of the gain that is someone else's loss", 0.05, 0, 0.15, "proportion", INVENTED),
    ("drop-off", "Share of what is left that is lost in each later year", 0.3, 0.15, 0.5, "proportion", INVENTED),
    ("elasticity", "Elasticity of the marginal utility of income", 1.3, 1, 1.6, "number", GREEN_BOOK),
    ("income-higher", "Income a year of the better-off of those supported", 32_000, 28_000, 36_000, "£", INVENTED),
    ("income-lower", "Income a year of the poorer of those supported", 15_000, 12_000, 18_000, "£", INVENTED),
    ("income-median", "Income a year in the middle of those who pay", 26_000, 24_000, 28_000, "£", INVENTED),
    ("lasting", "Years that lower risk lasts", 4, 2, 6, "years", INVENTED),
    ("optimism-bias", "Share by which costs turn out higher than planned", 0.1, 0, 0.3, "proportion", INVENTED),
    ("running", "Years for which the service is paid", 3, 1, 5, "years", INVENTED),
    ("setting-up", "Cost of setting up, as a share of a year's cost", 0.15, 0.05, 0.3, "proportion", INVENTED),
    ("share-lower-income", "Share of the benefit that goes to the poorer", 0.65, 0.5, 0.8, "proportion", INVENTED),
    ("worth", "What a year at lower risk is worth, for one person", 2_600, 1_200, 4_400, "£ per person", INVENTED),
]


def write(raw: Path) -> None:
    """Write assumptions.csv."""
    write_csv(raw / "assumptions.csv", HEADING, [(*one, *KEPT) for one in ASSUMED])
