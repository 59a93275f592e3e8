import platform
import resource

import pytest
import torch

from obverse import devices


def test_a_precision_that_is_asked_for_is_taken():
    assert devices.prepare("bfloat16", 1).precision == "bfloat16"
    assert devices.prepare("float32", 1).precision == "float32"


@pytest.mark.parametrize(
    ("able", "kind"),
    [
        ({"amx_bf16": True, "avx512_bf16": True, "cpu_name": "Intel(R) Xeon(R)"}, "cpu with matrix units"),
        ({"avx512_bf16": True, "cpu_name": "AMD EPYC"}, "amd with avx512_bf16"),
        ({"avx512_bf16": True, "cpu_name": "Intel(R) Xeon(R)"}, "cpu"),
        ({"avx512_bf16": False, "cpu_name": "AMD EPYC"}, "cpu"),
        ({}, "cpu"),
    ],
)
def test_auto_reads_the_committed_table(able, kind, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert devices.prepare("auto", 1).precision == devices.PRECISION[kind]


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="auto, float32, bfloat16, found 'float16'"):
        devices.prepare("float16", 1)


def test_the_threads_are_those_asked_for_whatever_the_machine_has():
    devices.prepare("float32", 1)
    assert torch.get_num_threads() == 1


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc hands memory back so eagerly")
def test_memory_that_is_freed_is_used_again():
    """Filling 32 MB where 64 MB were freed touches no new page; by default the system would hand out 8,192 again."""
    devices.prepare("float32", 1)
    torch.ones(2**24)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**23)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000


def test_operations_that_do_not_repeat_are_refused():
    devices.prepare("float32", 1)
    assert torch.are_deterministic_algorithms_enabled()


def test_autocast_is_on_only_in_bfloat16():
    matrix = torch.ones(2, 2)
    for precision in ("float32", "bfloat16"):
        device = devices.prepare(precision, 1)
        with device.autocast():
            assert (matrix.to(device.torch) @ matrix.to(device.torch)).dtype == getattr(torch, precision)


def test_the_description_says_what_decides_the_last_bits():
    described = devices.prepare("float32", 1).describe()
    assert described["precision"] == "float32" and described["threads"] == 1 and described["torch"] == torch.__version__
