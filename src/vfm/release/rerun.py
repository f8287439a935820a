"""Run the committed notebooks again, in place, with the parameters that they show: ``python3 run.py notebooks``.

They run as a reader would run them in JupyterLab: figures are shown and none is written, and the last notebook
reads the release as it stands.
"""

import sys
import tempfile
from pathlib import Path

import nbformat

from vfm.data.project import PUBLISHED, Project
from vfm.release.kernels import Kernels
from vfm.release.plan import TOPIC, Job
from vfm.vocabulary.errors import VfmError


def rerun(project: Project) -> None:
    """Run every notebook of a release of `project` and keep its outputs, without what differs from run to run.

    What a notebook says of itself, such as the place that it was written about, stays as it is.
    """
    for path in (path for path in sorted(project.notebooks.glob("*.ipynb")) if TOPIC.fullmatch(path.stem)):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / path.name
            Kernels().run(Job(path.stem, path, {}), project=project, staging=None, output=output)
            executed = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
            executed.metadata = nbformat.read(path, as_version=4).metadata  # type: ignore[no-untyped-call]
            text = nbformat.writes(executed, indent=1).rstrip() + "\n"  # type: ignore[no-untyped-call]
            path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(project.root), flush=True)


if __name__ == "__main__":
    try:
        rerun(Project.find(PUBLISHED))
    except VfmError as error:
        sys.exit(f"vfm: {error}")
