"""The faces of FaceScrub's lists in shards, and what each face's row says once its URL is settled."""

from collections import Counter

import pandas as pd
import pyarrow as pa

from obverse import download, facescrub
from obverse.journal import Entry
from obverse.schedule import Schedule

FACES = 1000  # rows of a shard
HASH_MISMATCH, HOST_DEAD = "hash_mismatch", "host_dead"


class Shards:
    """Which faces make which shard, and which shards wait for which URLs.

    A URL's place is its index in `urls`, each distinct one once in the lists' order.
    """

    def __init__(self, faces: pd.DataFrame, accept_hash_mismatch: bool) -> None:
        self._faces, self._accept = faces, accept_hash_mismatch
        self._places, urls = pd.factorize(faces["url"])
        self.urls: list[str] = list(urls)
        self.hosts = [where.host or "" if (where := download.parse(url)) else "" for url in self.urls]
        self.count = -(-len(faces) // FACES)
        self._waiting: Counter[int] = Counter()
        self._of: list[list[int]] = [[] for _ in urls]
        self.wanted: list[set[str]] = [set() for _ in urls]  # the sha256 that the lists give a URL
        for row, (place, sha256) in enumerate(zip(self._places, faces["sha256"], strict=True)):
            self.wanted[place].add(sha256)
            if row // FACES not in self._of[place][-1:]:
                self._of[place].append(row // FACES)
                self._waiting[row // FACES] += 1

    def of(self, place: int) -> int:
        """Return the shard that keeps a URL's body: that of its first face."""
        return self._of[place][0]

    def settle(self, places: list[int]) -> list[int]:
        """Take note that ``places`` are settled; return the shards that now are complete."""
        complete = []
        for place in places:
            for shard in self._of[place]:
                self._waiting[shard] -= 1
                if self._waiting[shard] == 0:
                    complete.append(shard)
        return complete

    def keeps(self, place: int, status: str, sha256: str | None) -> bool:
        """Return whether a body is kept: a picture that some face means, or on request any picture."""
        return status == download.OK and (sha256 in self.wanted[place] or self._accept)

    def table(self, shard: int, entries: dict[str, Entry], schedule: Schedule) -> tuple[pa.Table, list[Entry]]:
        """Return one row a face (`facescrub.FETCHED`), and the answers whose bodies the shard keeps."""
        rows = slice(shard * FACES, (shard + 1) * FACES)
        faces, places = self._faces[rows], self._places[rows]
        dead = Entry(HOST_DEAD, False)
        answers = [dead if schedule.is_dead(place) else entries[self.urls[place]] for place in places]
        found = [
            self._row(place, answer, sha256)
            for place, answer, sha256 in zip(places, answers, faces["sha256"], strict=True)
        ]
        table = faces.drop(columns="sha256").reset_index(drop=True).join(pd.DataFrame(found, dtype=object))
        own = {place: answer for place, answer in zip(places, answers, strict=True) if self.of(place) == shard}
        kept = [answer for place, answer in own.items() if answer.offset is not None]
        return pa.Table.from_pandas(table, facescrub.FETCHED, preserve_index=False), kept

    def _row(self, place: int, answer: Entry, sha256: str) -> dict[str, object]:
        """Return what came of one face: a body may be right for one face and wrong for another."""
        wrong = answer.status == download.OK and answer.sha256 != sha256
        kept = answer.status == download.OK and (not wrong or self._accept)
        return {
            "host": self.hosts[place],
            "status": HASH_MISMATCH if wrong else answer.status,
            "http_code": answer.http_code,
            "final_url": answer.final_url,
            "attempts": answer.attempts,
            "sha256": answer.sha256,
            "bytes": answer.length,
            "width": answer.width,
            "height": answer.height,
            "member": answer.sha256 if kept else None,
        }
