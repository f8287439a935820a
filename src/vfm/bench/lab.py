"""JupyterLab on this machine alone, with a token, asking nothing of any other: `vfm explore` and `run.py lab`.

It runs in this process, so it ends with it: on an interrupt it ends its kernels and asks nothing.
"""

import ipaddress
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vfm.data.project import DATA_VARIABLE, PROJECT_VARIABLE, Project
from vfm.vocabulary.errors import UsageError, VfmError

NOTEBOOK = "explore.ipynb"
NO_BROWSER = "--no-browser"
# No news and no offers; every cell drawn, for what is scrolled out of sight is else not there for a keyboard; and no
# shortcuts of one letter, for JupyterLab takes what is typed in a control for commands to its cell.
SETTINGS = Path(__file__).with_name("lab_settings")


def options(project: Project, notebook: str = "") -> list[str]:
    """What JupyterLab is told whatever the user's own configuration says."""
    place = project.notebooks.relative_to(project.root).as_posix()
    told = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
        f"--ServerApp.root_dir={project.root}",
        f"--LabApp.default_url=/lab/tree/{place}{f'/{notebook}' if notebook else ''}",
        "--ServerApp.answer_yes=True",  # an interrupt ends it: it does not ask whether it was meant
        "--KernelManager.transport_encryption=auto",  # else each kernel warns of listeners
        # it would ask its makers' pages for news and newer versions, and a registry for extensions
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={SETTINGS}",  # nor offer to; what the user has set goes before these
    ]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        told.append("--allow-root")  # a container's only user
    return told


def start(project: Project, notebook: str = "", *, more: Sequence[str] = ()) -> None:
    """Open JupyterLab on the notebooks, or on one of them, until it is interrupted.

    Parameters
    ----------
    more : options of JupyterLab's own, such as ``--no-browser``

    Raises
    ------
    UsageError
        when there is no such notebook, or the user's configuration would leave the door open.
    """
    if notebook and not (project.notebooks / notebook).is_file():
        raise UsageError(f"There is no {notebook} in {project.notebooks}: restore it from the repository.")
    from jupyterlab.labapp import LabApp  # a second to import

    os.environ |= {PROJECT_VARIABLE: str(project.root), DATA_VARIABLE: project.data}  # for the kernels
    server = LabApp.initialize_server(argv=[*more, *options(project, notebook)])
    if not server.identity_provider.token or not ipaddress.ip_address(server.ip).is_loopback:
        raise UsageError(
            "Your configuration of Jupyter would open this without a token, or to other machines: take c.ServerApp.ip "
            "and c.IdentityProvider.token out of it (jupyter --paths says where it is)."
        )
    server.start()


if __name__ == "__main__":
    try:
        start(Project.find(), more=sys.argv[1:])
    except VfmError as error:
        sys.exit(f"vfm: {error}")
