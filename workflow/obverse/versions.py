"""What makes a target the one that was asked before: the text that the account of a version of it is named by.

Another text is another target, of which everything is asked, and paid for, anew.
"""

from pathlib import Path

from obverse import stamps

_ANYTHING = "the whole answer to DetectFaces, all attributes"


def endpoint(*, url: str, body: str, scores: str, size: int, colour: str) -> str:
    """Return that of a web service that is asked so, about pictures of ``size`` pixels a side."""
    return _text({"url": url, "body": body, "scores": scores, "size": size, "colour": colour})


def reading(
    *, model: Path, architecture: str, output: str, size: int, colour: str, mean: list[float], deviation: list[float]
) -> dict[str, object]:
    """Return what the answers of a model file depend on beside the picture: its sha256, and how it reads one."""
    how = {"architecture": architecture, "output": output, "size": size, "colour": colour}
    numbers = {"mean": [float(each) for each in mean], "deviation": [float(each) for each in deviation]}
    return how | numbers | {"model": stamps.digest(model)}


def model(read: dict[str, object]) -> str:
    """Return that of a model file of this `reading`."""
    return _text(read)


def rekognition(region: str, where: str) -> str:
    """Return that of Amazon's service at ``where`` (`rekognition.client.address`)."""
    return repr(["official", region, where, _ANYTHING])


def _text(facts: dict[str, object]) -> str:
    return repr(sorted(facts.items()))
