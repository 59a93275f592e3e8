"""Adam that starts without torch's compiler, which every stage that trains would load and never use."""

from inspect import unwrap

import torch
from torch.optim import Adam


class PromptAdam(Adam):
    """`torch.optim.Adam`, the same numbers: its methods, less the wrappers that import ``torch._dynamo``.

    The import takes as long as that of torch itself, and only code that is compiled needs it.
    """

    add_param_group = unwrap(Adam.add_param_group)
    load_state_dict = unwrap(Adam.load_state_dict)
    state_dict = unwrap(Adam.state_dict)
    step = torch.no_grad()(unwrap(Adam.step))  # one wrapper also turns gradients off
    zero_grad = unwrap(Adam.zero_grad)
