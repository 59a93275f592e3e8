"""The texts by which accounts know a target: what was asked under an older version of the code is not asked again."""

import hashlib
from pathlib import Path

from obverse import versions


def test_an_endpoint_has_the_text_that_accounts_were_always_named_by():
    assert versions.endpoint(url="https://a.example/", body="", scores="out", size=16, colour="rgb") == (
        "[('body', ''), ('colour', 'rgb'), ('scores', 'out'), ('size', 16), ('url', 'https://a.example/')]"
    )


def test_a_model_file_too_and_numbers_of_a_configuration_are_those_of_a_command(tmp_path: Path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"weights")
    how = {"architecture": "", "output": "out", "size": 16, "colour": "rgb"}
    read = versions.reading(model=path, mean=[0], deviation=[255], **how)
    assert read == versions.reading(model=path, mean=[0.0], deviation=[255.0], **how)
    assert versions.model(read) == (
        "[('architecture', ''), ('colour', 'rgb'), ('deviation', [255.0]), ('mean', [0.0]), "
        f"('model', '{hashlib.sha256(b'weights').hexdigest()}'), ('output', 'out'), ('size', 16)]"
    )


def test_amazons_service_too():
    assert versions.rekognition("us-east-1", "https://x.example") == (
        "['official', 'us-east-1', 'https://x.example', 'the whole answer to DetectFaces, all attributes']"
    )
