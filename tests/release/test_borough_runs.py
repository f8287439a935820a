"""One notebook, run once for each of the 33 areas: planned, ordered and sealed, without a kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from small_projects import QUARTER, ROOT, copy_project, write_notebook
from vfm.data.project import Project
from vfm.release import manifest
from vfm.release.plan import plan, stages
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = copy_project(tmp_path / "project", notebooks=False)
    shutil.copy(ROOT / "notebooks" / "80-borough.ipynb", folder / "notebooks")
    write_notebook(folder, "00-data-quality", "1")
    front = f'quarter = "{QUARTER}"\nbase_year = "2012-13"\nyear = "2019-20"'
    write_notebook(folder, "90-quarterly-update", "1", parameters=front)
    return Project(folder)


def test_each_of_the_33_areas_has_its_run(project: Project) -> None:
    topics, last, left_out = plan(project, Quarter.parse(QUARTER), {})
    runs = [job for job in topics if job.name.startswith("80-borough-")]
    assert len({job.name for job in runs}) == 33
    assert {job.parameters["borough"] for job in runs} == set(project.place.codes)
    hackney = next(job for job in runs if job.name == "80-borough-hackney")
    assert hackney.parameters["borough"] == "E09000012"
    assert left_out == []
    assert [[job.name for job in stage] for stage in stages(topics, last)] == [
        ["00-data-quality"],
        [job.name for job in runs],
        ["90-quarterly-update"],
    ]


def test_one_borough_may_be_run_alone(project: Project) -> None:
    topics, _, _ = plan(project, Quarter.parse(QUARTER), {"borough": "E09000001"})
    assert [job.name for job in topics if "borough" in job.name] == ["80-borough-city-of-london"]


def test_a_release_that_is_made_again_has_the_boroughs_that_it_had(project: Project) -> None:
    told = {"80-borough-hackney": {"borough": "E09000012", "level": 0.9}}
    topics, _, _ = plan(project, Quarter.parse(QUARTER), {}, told)
    (run,) = (job for job in topics if job.name.startswith("80-borough-"))
    assert (run.name, run.parameters["borough"], run.parameters["level"]) == ("80-borough-hackney", "E09000012", 0.9)


@pytest.mark.parametrize("code", ["E09000034", "E09000000", "E12000007", "Hackney", ""])
def test_what_is_no_area_is_refused(project: Project, code: str) -> None:
    with pytest.raises(UsageError, match="is none of the 33 boroughs: give a code from E09000001 to E09000033"):
        plan(project, Quarter.parse(QUARTER), {"borough": code})


def test_executed_borough_runs_can_be_made_again_and_are_not_committed(tmp_path: Path) -> None:
    for name in ("notebooks/80-borough-hackney.ipynb", "notebooks/75-services.ipynb", "charts/a.png", "charts/a.svg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    manifest.seal(tmp_path, {})
    kept = {name: output["kept"] for name, output in manifest.read(tmp_path)["outputs"].items()}
    assert kept == {
        "notebooks/80-borough-hackney.ipynb": "rebuildable",
        "notebooks/75-services.ipynb": "committed",
        "charts/a.png": "rebuildable",
        "charts/a.svg": "committed",
    }
    assert "reports/**/notebooks/80-borough-*" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_what_jupyterlab_is_saving_is_no_notebook_of_the_release(project: Project) -> None:
    before = manifest.code_hash(project)
    (project.notebooks / ".~80-borough.ipynb").symlink_to("gone")  # there when the folder was listed, and not when read
    assert manifest.code_hash(project) == before
