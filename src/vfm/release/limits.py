"""What a notebook may take and where it may write: held to in its kernel, so that a fault in one stays in that one.

A notebook has a time, a room in memory, an amount that it may show, and a folder to write in. The first and the third
are watched by whoever runs it; the room is the kernel's own limit, and on Linux the kernel gives up for good the right
to write anywhere else (Landlock, https://docs.kernel.org/userspace-api/landlock.html): its children and every library
with it; from Linux 6.7 on that to connect too. On other systems it could still write where its user may.
"""

import ctypes
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from vfm.vocabulary.errors import UsageError

VARIABLE = "VFM_LIMITS"  # what a kernel is told: where it may write, and its room in bytes
BEGIN = "__import__('vfm.release.limits', fromlist=['begin']).begin()"  # what it is told to run first
SHOWN = 10_000_000  # characters that a cell may show
ALWAYS = ("/dev",)  # its shared memory, and nothing

NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS, from linux/prctl.h
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # of every architecture
VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
PATH_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
WRITE_FILE, REMOVE_AND_MAKE, REFER, TRUNCATE = 1 << 1, 0b1_1111_1111 << 4, 1 << 13, 1 << 14  # LANDLOCK_ACCESS_FS_*
TCP = 0b11  # LANDLOCK_ACCESS_NET_BIND_TCP and _CONNECT_TCP, of version 4
OF_A_FILE = WRITE_FILE | TRUNCATE


def seconds() -> float:
    """How long a notebook may take: ten minutes, or what VFM_NOTEBOOK_SECONDS says."""
    return _given("VFM_NOTEBOOK_SECONDS", 600)


def gigabytes() -> float:
    """How much memory a notebook may have: four gigabytes, or what VFM_NOTEBOOK_GB says."""
    return _given("VFM_NOTEBOOK_GB", 4)


def _given(variable: str, usual: float) -> float:
    text = os.environ.get(variable, "")
    try:
        number = float(text) if text else usual
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise UsageError(f'{variable}="{text}" is not a number above 0.')
    return number


def told(places: Iterable[Path]) -> str:
    """What a kernel is told, as a variable of its environment has it."""
    return json.dumps({"places": [str(place) for place in places], "bytes": int(gigabytes() * 2**30)})


def begin() -> None:
    """Hold this process to its limits: what a kernel does before it runs a cell."""
    limits = json.loads(os.environ[VARIABLE])
    tempfile.tempdir = None  # it may have been asked for before there was a place of one's own
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limits["bytes"], resource.getrlimit(resource.RLIMIT_DATA)[1]))
        write_nowhere_but(limits["places"])


def write_nowhere_but(places: Iterable[str]) -> bool:
    """Give up the right to write but under `places`, and to connect, for good; whether one can be held to that here."""
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(VERSION))
    if version < 1:
        return False
    handled = WRITE_FILE | REMOVE_AND_MAKE | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    about = (ctypes.c_uint64 * 2)(handled, TCP)
    size = 16 if version >= 4 else 8
    rules = library.syscall(CREATE_RULESET, ctypes.byref(about), ctypes.c_size_t(size), ctypes.c_uint(0))
    if rules < 0:
        return False
    try:
        for place in (*places, *ALWAYS):
            if Path(place).exists():
                _allow(library, rules, place, handled)
        return bool(
            library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
            and library.syscall(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint(0)) == 0
        )
    finally:
        os.close(rules)


class _Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr"""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _allow(library: ctypes.CDLL, rules: int, place: str, handled: int) -> None:
    opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(handled if Path(place).is_dir() else handled & OF_A_FILE, opened)
        library.syscall(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint(0))
    finally:
        os.close(opened)
