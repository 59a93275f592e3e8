"""A real SLURM of one node, in namespaces of its own: /etc is not written, and nothing outlives it.

Everything runs below one shell whose end ends it all; the kernel sees to that, also when the tests are killed.
"""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "unshare", "nsenter")
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
_PATIENCE = 60  # seconds for a daemon to come up: longer is not slow, it hangs
_CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=300
SlurmctldTimeout=30
SlurmdTimeout=10
InactiveLimit=0
KillWait=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=64000 Gres=gpu:fake:1 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
_GPU = "NodeName={host} Name=gpu Type=fake File=/dev/null\n"


@functools.cache
def missing() -> str | None:
    """Return why no SLURM can be started here; None where one can."""
    absent = [name for name in _PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no {', '.join(absent)}: apt-get install slurm-wlm munge"
    if not Path("/etc/slurm").is_dir() or os.getuid() != 0:
        return "only root can start one, where SLURM's packages left /etc/slurm"
    allowed = subprocess.run([*_NAMESPACES, "mount", "-t", "proc", "proc", "/proc"], capture_output=True)
    return None if allowed.returncode == 0 else "no namespaces of one's own are allowed here"


class Cluster:
    """The running SLURM: its one node has 4 CPUs, whatever the machine has, and a GPU that is none."""

    def __init__(self, folder: Path, shell: subprocess.Popen) -> None:
        self.folder, self._inside = folder, ("nsenter", "--mount", "--pid", "--target", str(_child(shell)))
        self._node: subprocess.Popen | None = None
        self.started: list[subprocess.Popen] = []

    def run(self, *command: str | Path, folder: Path = Path("/"), **variables: str) -> subprocess.CompletedProcess:
        """Run a command where SLURM is, in ``folder``, and return its result whole."""
        options = {"capture_output": True, "text": True, "env": os.environ | variables}
        return subprocess.run([*self._inside, f"--wd={folder}", *command], **options)

    def start(self, *command: str | Path, folder: Path = Path("/"), **variables: str) -> subprocess.Popen:
        """Start a command where SLURM is, in ``folder``; what it says is not kept."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [*self._inside, f"--wd={folder}", *command]
        self.started.append(subprocess.Popen(command, **quiet, env=os.environ | variables))
        return self.started[-1]

    def kill(self, started: subprocess.Popen) -> None:
        """Kill a command that was started here, not what it started; raise `ProcessLookupError` if it has ended."""
        os.kill(_child(started), signal.SIGKILL)
        started.wait()

    def start_node(self) -> None:
        """Start the node's daemon, and wait until it takes jobs."""
        self._node = self.start("slurmd", "-D")
        self.wait_for(lambda: self.run("sinfo", "--noheader", "--format=%T").stdout.strip() in ("idle", "mixed"))

    def kill_node(self) -> None:
        """Kill the node's daemon; jobs that are running there go on."""
        self.kill(self._node)

    def jobs(self, state: str = "running,pending") -> list[str]:
        """Return the ids of the jobs in one of these states."""
        return self.run("squeue", "--noheader", f"--states={state}", "--format=%i").stdout.split()

    @staticmethod
    def wait_for(happened: Callable[[], bool], seconds: float = _PATIENCE) -> None:
        """Wait until ``happened()``; raise `TimeoutError` when it does not."""
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                raise TimeoutError(f"{seconds} seconds went by")
            time.sleep(0.1)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a running one, and end it with all that was started in it."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as name:  # short: a socket's path has 108 bytes
        folder = Path(name)
        folder.chmod(0o755)
        _configure(folder)
        mounts = f"mount -t proc proc /proc && mount --bind {folder}/etc /etc/slurm && echo ready && read"
        shell = subprocess.Popen([*_NAMESPACES, "bash", "-c", mounts], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert shell.stdout.readline() == b"ready\n"
        made = Cluster(folder, shell)
        try:
            _start_daemons(made)
            yield made
        finally:
            shell.communicate()  # the shell reads the end of its input, and with it ends everything
            for ended in made.started:
                ended.wait()


def _configure(folder: Path) -> None:
    for part in ("etc", "state", "spool"):
        (folder / part).mkdir()
    facts = {"host": socket.gethostname().split(".")[0], "folder": folder, "ports": _free_ports()}
    (folder / "etc/slurm.conf").write_text(_CONFIGURATION.format(**facts))
    (folder / "etc/gres.conf").write_text(_GPU.format(**facts))
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)


def _start_daemons(made: Cluster) -> None:
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={made.folder}/munge.{suffix}" for option, suffix in files.items()]
    made.start("munged", "--foreground", *options)
    made.wait_for(lambda: made.run("munge", "-n", f"--socket={made.folder}/munge.socket").returncode == 0)
    made.start("slurmctld", "-D", "-i")
    made.start_node()


def _free_ports() -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(2)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _child(parent: subprocess.Popen) -> int:
    """Return the only child of unshare or nsenter, which starts what it is told to and waits.

    Raises `ProcessLookupError` where that has ended.
    """
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    while parent.poll() is None:
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.01)
    raise ProcessLookupError(f"{parent.args[0]} has ended")
