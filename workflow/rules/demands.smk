# What jobs ask of the machine or cluster they run on; no rules here. Partition and account are the profile's.
from typing import NamedTuple

from obverse import slots

# Jobs with networks have a GPU each: as many at once as this machine has, or, on a cluster, as --resources gpu=N says.
# Without any they share the cores. A job on a cluster's node has what the scheduler gave it.
DEVICES = slots.devices(os.environ) if workflow.is_main_process else []
os.environ[slots.NAMED] = ",".join(DEVICES)
if DEVICES and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", len(DEVICES))
GPU = int("gpu" in workflow.global_resources and workflow.global_resources["gpu"].value > 0)


onstart:
    if workflow.non_local_exec and workflow.is_main_process and "gpu" not in workflow.global_resources:
        print(
            "Networks run on processors: nobody said how many GPUs the cluster has (--resources gpu=N).",
            file=sys.stderr,
        )


class Demand(NamedTuple):
    """MB of memory and minutes; docs/cluster.md says of what was measured."""

    memory: int
    minutes: int


DEMANDS = {
    "tables": Demand(2000, 30),  # reads and writes tables, draws figures
    "pictures": Demand(4000, 240),  # reads, draws or cuts a data set's pictures
    "network": Demand(8000, 60),  # asks a network about a data set
    "training": Demand(12000, 720),
    "waiting": Demand(4000, 2880),  # waits for other people's servers
}


def asks(kind: str) -> dict:
    """Return the resources of a job of a kind in `DEMANDS`: twice as much when it is tried again, then three times."""
    demand = DEMANDS[kind]
    return {
        "mem_mb": lambda wildcards, attempt: demand.memory * attempt,
        "runtime": lambda wildcards, attempt: demand.minutes * attempt,
        "one_by_one": 1,  # limits what a group of jobs does at once, where a profile sets a limit
    }
