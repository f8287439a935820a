"""How a spreadsheet shows the numbers of a column, in Excel's notation; what it holds is not rounded."""

from collections.abc import Iterable

GENERAL = "General"


def number_format(unit: str, values: Iterable[float]) -> str:
    """The format of a column of `values` in `unit`, one for the whole column so that the eye can compare.

    >>> number_format("£", [53_600_000.0, 18.18]), number_format("£ per person reached", [18.18])
    ('£#,##0', '£#,##0.00')
    >>> number_format("proportion", [0.5]), number_format("awards", [141.0]), number_format("offences", [0.11])
    ('0.0%', '#,##0', '#,##0.00')
    """
    sizes = [abs(value) for value in values]
    if unit.startswith("£"):
        return "£#,##0" if max(sizes, default=0) >= 1_000 else "£#,##0.00"
    if unit.startswith("proportion"):
        return "0.0%"
    if unit in {"", "mixed"}:
        return GENERAL
    if all(size.is_integer() for size in sizes):
        return "#,##0"
    return "#,##0.00" if max(sizes) >= 0.1 else "#,##0.0000"
