"""Sessions of Amazon's client: the user's own, or for a stand-in one that nothing of the user's has a part in."""

import difflib
import os

import boto3
import botocore.session
from botocore.config import Config

from obverse.errors import UnusableInput

NOBODY = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}  # the stand-in's user


def session(stand_in: str) -> boto3.session.Session:
    """Return the user's session, or for the stand-in at a URL one of nobody's."""
    if not stand_in:
        return boto3.session.Session()
    nothing = (None, None, os.devnull, None)  # nothing that the user's tools are told is meant for the stand-in
    told = {"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing}
    return boto3.session.Session(botocore_session=botocore.session.Session(session_vars=told), **NOBODY)


def config(connections: int, timeout_seconds: float, stand_in: str) -> Config:
    """Return how a client connects: it makes one attempt, and asks a stand-in directly whatever the tools are told."""
    own = {"proxies": {}, "use_fips_endpoint": False, "use_dualstack_endpoint": False} if stand_in else {}
    return Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=connections,
        connect_timeout=timeout_seconds,
        read_timeout=timeout_seconds,
        tcp_keepalive=True,
        **own,
    )


def check_region(session: boto3.session.Session, region: str) -> None:
    """Raise `UnusableInput` unless Rekognition is in ``region``, as far as botocore knows."""
    known = [
        one
        for partition in session.get_available_partitions()
        for one in session.get_available_regions("rekognition", partition)
    ]
    if region not in known:
        near = difflib.get_close_matches(region, known, n=1)
        problem = f"expected a region that Rekognition is in, found {region!r}"
        raise UnusableInput("rekognition.region", problem, f"Did you mean {(near or ['us-east-1'])[0]}?")


def explain(error: Exception) -> tuple[str, str]:
    """Return what is wrong with the configuration of Amazon's tools: by its kind, as its text may hold anything."""
    problem = f"expected settings that Amazon's tools can use, found otherwise ({type(error).__name__})"
    return problem, "Try: aws sts get-caller-identity"
