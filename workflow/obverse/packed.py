"""JSON values kept in memory as compressed text, where hundreds of thousands of them would not fit as they are."""

import json
import zlib
from collections.abc import Iterator, MutableMapping


class Packed(MutableMapping[str, object]):
    """A dictionary of JSON values: each is unpacked anew when it is looked up, so that changing it changes nothing."""

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> object:
        return json.loads(zlib.decompress(self._texts[name]))

    def __setitem__(self, name: str, value: object) -> None:
        self._texts[name] = zlib.compress(json.dumps(value).encode(), 1)

    def __delitem__(self, name: str) -> None:
        del self._texts[name]

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
