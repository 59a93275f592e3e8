"""Rekognition's protocol: what a request for DetectFaces must be, and how it is refused.

``POST /`` with ``X-Amz-Target: RekognitionService.DetectFaces`` and JSON 1.1, signed for the service and a region. That
it is signed is looked at, by whom and how is not: there are no keys here.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

TYPE = "application/x-amz-json-1.1"
TARGET = "RekognitionService.DetectFaces"
MOST_BYTES = 5 * 2**20  # of a picture sent along
ALL = "ALL"
FIELDS = {
    **{"AGE_RANGE": "AgeRange", "BEARD": "Beard", "EMOTIONS": "Emotions", "EYEGLASSES": "Eyeglasses"},
    **{"EYES_OPEN": "EyesOpen", "FACE_OCCLUDED": "FaceOccluded", "GENDER": "Gender", "MOUTH_OPEN": "MouthOpen"},
    **{"MUSTACHE": "Mustache", "SMILE": "Smile", "SUNGLASSES": "Sunglasses", "EYE_DIRECTION": "EyeDirection"},
}
DEFAULT = ("BoundingBox", "Confidence", "Landmarks", "Pose", "Quality")  # always answered

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/,\s]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request, *SignedHeaders=[a-z0-9;-]+, *Signature=[0-9a-f]{64}"
)


class Refusal(Exception):
    """A request that is not answered: the service's own name for why, a message, and the status of the response."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind, self.status = kind, status

    @property
    def body(self) -> bytes:
        """What the response says."""
        return json.dumps({"__type": self.kind, "message": str(self)}).encode()


class Asked(NamedTuple):
    """A request for DetectFaces."""

    content: bytes  # of the picture
    fields: frozenset[str]  # of ``FaceDetails`` that are wanted


def check_signed(headers: Mapping[str, str], regions: Collection[str]) -> str:
    """Return whose key signed; raise `Refusal` unless a signature is there, for this service and one of ``regions``."""
    header = headers.get("Authorization")
    if not header:
        raise Refusal("AccessDeniedException", "The request carries no signature.")
    signed = _SIGNED.fullmatch(header.strip())
    if not signed or signed["service"] != "rekognition" or signed["region"] not in regions:
        raise Refusal("UnrecognizedClientException", "The signature is not one for Rekognition in a region it serves.")
    return signed["key"]


def check_target(method: str, path: str, headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for anything but DetectFaces."""
    target = headers.get("X-Amz-Target", "")
    if method != "POST" or path != "/" or target != TARGET:
        raise Refusal("UnknownOperationException", f"Expected POST / for {TARGET}.")
    if headers.get("Content-Type", "").partition(";")[0].strip() != TYPE:
        raise Refusal("SerializationException", f"Expected a body of type {TYPE}.")


def asked(body: bytes) -> Asked:
    """Return what a request's body asks for; raise `Refusal` when it is none for DetectFaces."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("SerializationException", "The body is no JSON.") from error
    image = told.get("Image") if isinstance(told, dict) else None
    if not isinstance(image, dict):
        raise Refusal("InvalidParameterException", "Request has invalid parameters: expected an Image.")
    if "S3Object" in image:
        raise Refusal("InvalidS3ObjectException", "Unable to get object metadata: there is no S3 here.")
    return Asked(_content(image.get("Bytes")), _wanted(told.get("Attributes")))


def chosen(detail: dict[str, object], fields: frozenset[str]) -> dict[str, object]:
    """Return a face as it is answered to who asked for ``fields``."""
    return {name: value for name, value in detail.items() if name in fields}


def _content(sent: object) -> bytes:
    if not isinstance(sent, str) or not sent:
        raise Refusal("InvalidParameterException", "Request has invalid parameters: expected Image.Bytes.")
    if len(sent) > 4 * (MOST_BYTES + 2) // 3 + 4:
        raise too_large()
    try:
        content = base64.b64decode(sent, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("SerializationException", "Image.Bytes is no base64.") from error
    if len(content) > MOST_BYTES:
        raise too_large()
    return content


def too_large() -> Refusal:
    """Return the refusal of a picture of too many bytes."""
    return Refusal("ImageTooLargeException", f"Image size is too large: expected at most {MOST_BYTES} bytes.")


def _wanted(attributes: object) -> frozenset[str]:
    known = {ALL, "DEFAULT", *FIELDS}
    names = [] if attributes is None else attributes
    if not isinstance(names, list) or not all(isinstance(name, str) and name in known for name in names):
        raise Refusal("InvalidParameterException", "Request has invalid parameters: unknown Attributes.")
    more = FIELDS.values() if ALL in names else (FIELDS[name] for name in names if name in FIELDS)
    return frozenset((*DEFAULT, *more))
