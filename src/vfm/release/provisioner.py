"""What gives Jupyter a forked kernel in place of one that it starts itself."""

import asyncio
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from vfm.release.forks import Warm

LAUNCHER = "ipykernel_launcher"


class ForkProvisioner(LocalProvisioner):
    """Gives Jupyter a kernel that is forked from the warm process."""

    warm: Warm
    process: Any  # a Forked

    async def launch_kernel(self, cmd: list[str], **kw: Any) -> Any:
        """Fork in place of starting `cmd`, with the arguments that it gives the launcher."""
        argv = cmd[cmd.index(LAUNCHER) + 1 :]
        process = await asyncio.to_thread(self.warm.fork, argv, kw["env"], kw["cwd"])
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        self.cwd = kw["cwd"]
        return self.connection_info

    async def listening(self) -> None:
        """Return when the kernel has opened its sockets, or has ended."""
        of = self.connection_info
        doors = [Path(f"{of['ip']}-{port}") for name, port in of.items() if name.endswith("_port")]
        while self.process is not None and self.process.poll() is None and not all(door.exists() for door in doors):
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Return when the kernel has ended, at once: its handle says so."""
        process = self.process
        if process is None:
            return 0
        if process.poll() is None:
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(process.handle, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(process.handle)
            process.poll()
        self.process = None
        return 0
