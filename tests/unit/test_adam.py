"""Adam that starts without torch's compiler."""

import copy
import subprocess
import sys

import torch
from torch import nn

from obverse.adam import PromptAdam

SETTINGS = {"lr": 0.01, "betas": (0.5, 0.999), "amsgrad": True, "fused": True}


def test_it_takes_the_steps_of_torchs_adam_also_after_being_stored():
    torch.manual_seed(0)
    theirs = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    ours = copy.deepcopy(theirs)
    images = torch.randn(32, 4)
    optimisers = [torch.optim.Adam(theirs.parameters(), **SETTINGS), PromptAdam(ours.parameters(), **SETTINGS)]
    for step in range(6):
        for network, optimiser in zip((theirs, ours), optimisers, strict=True):
            optimiser.zero_grad(set_to_none=True)
            network(images).square().mean().backward()
            optimiser.step()
        if step == 2:
            stored = optimisers[1].state_dict()
            optimisers[1] = PromptAdam(ours.parameters(), **SETTINGS)
            optimisers[1].load_state_dict(stored)
    for expected, found in zip(theirs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(expected, found)


def test_a_device_is_prepared_and_trained_on_without_loading_the_compiler():
    program = """
import sys, torch
from obverse import devices
from obverse.adam import PromptAdam
devices.prepare("float32", 1)
network = torch.nn.Linear(2, 1)
optimiser = PromptAdam(network.parameters(), fused=True)
optimiser.zero_grad()
network(torch.ones(1, 2)).sum().backward()
optimiser.step()
optimiser.load_state_dict(optimiser.state_dict())
sys.exit("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
