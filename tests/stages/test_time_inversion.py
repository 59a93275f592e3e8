"""How long one inversion takes, rounded so that it repeats."""

import pandas as pd
import torch

from obverse import checkpoints, stamps
from obverse.inverters import Inverter
from obverse.time_inversion import time_inversion


def test_milliseconds_are_rounded_up_to_ten_or_a_hundred_and_the_exact_number_is_said(tmp_path, capsys):
    torch.manual_seed(0)
    made = Inverter(num_classes=5, size=16, width=2, features="shifted", offset=50.0, learn_offset=False)
    checkpoints.save(tmp_path / "w", made, stamps.stamp("train_inverter", {}))
    time_inversion(weights=tmp_path / "w", threads=1, numbers=tmp_path / "time.csv")
    table = pd.read_csv(tmp_path / "time.csv")
    said = float(capsys.readouterr().out.split(":")[1].split("ms")[0])
    value = table.set_index("name").loc["milliseconds", "value"]
    assert value in (10, 100, 1000) and said <= value * 1.01
    assert value == 10 or value / 10 <= said * 1.01
