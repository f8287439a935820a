"""What readers see for the codes that tables hold: themes, routes, recipients and the like."""

import re

NAMES = {
    "borough": "Borough",
    "competitive": "Competition",
    "contractor": "Contractor",
    "crime_prevention": "Crime prevention",
    "extension": "Extension",
    "formula": "Formula",
    "hate_crime": "Hate crime",
    "multiple": "Several kinds",
    "new award": "New award",
    "nhs": "NHS",
    "other": "Other",
    "reoffending": "Reoffending",
    "safer_neighbourhood_boards": "Safer Neighbourhood Boards",
    "single_tender": "Single tender",
    "unknown": "Not stated",
    "vawg": "Violence against women and girls",
    "vcse": "Voluntary sector",
    "victims": "Victims",
    "violence_reduction": "Violence reduction",
    "youth": "Youth",
}


def named(code: str) -> str:
    """The name of a code; what is no code is its own name.

    >>> named("vawg"), named("2019/20")
    ('Violence against women and girls', '2019/20')
    """
    return NAMES.get(code, code)


def slug(text: str) -> str:
    """A name as an address.

    >>> slug("What is known")
    'what-is-known'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
