"""Say what is wrong with an installation or a data folder, and mend what can be mended with nothing lost."""

from collections.abc import Iterator, Sequence

from vfm.data.project import Project
from vfm.release.data_folder import data_folder
from vfm.release.findings import Finding
from vfm.release.installation import installation
from vfm.vocabulary.errors import VfmError


def examine(projects: Sequence[Project]) -> list[Finding]:
    """Everything found about the installation and each of the sets of data."""
    return [*installation(projects[0].root), *(found for project in projects for found in data_folder(project))]


def mend(found: Sequence[Finding]) -> Iterator[str]:
    """Mend what can be mended; a line for each, which says so where it could not."""
    for finding in found:
        if finding.mend is not None:
            try:
                finding.mend()
                yield f"mended: {finding.where}: {finding.what}"
            except VfmError as error:
                yield f"not mended: {finding.where}: {error}"
            except OSError as error:
                yield f"not mended: {finding.where}: {error.strerror}"


def problems(found: Sequence[Finding]) -> list[Finding]:
    """What is wrong, without what is information only."""
    return [finding for finding in found if not finding.information]


def as_text(found: Sequence[Finding]) -> str:
    """Two lines for each problem and one for each piece of information, then how many problems there are."""
    lines = []
    for finding in problems(found):
        lines += [f"{finding.where}: {finding.what}", f"    {finding.do}"]
    lines += [f"(for information) {finding.where}: {finding.what}" for finding in found if finding.information]
    wrong = problems(found)
    mendable = sum(finding.mend is not None for finding in wrong)
    count = f"{len(wrong)} problem{'' if len(wrong) == 1 else 's'}" if wrong else "nothing is wrong"
    lines.append(f"{count}{f', of which vfm doctor --mend mends {mendable}' if mendable else ''}")
    return "\n".join(lines) + "\n"
