"""Which attacks a figure compares: the methods of the paper, as pairs of an inverter and the view it is shown."""

from dataclasses import dataclass

FLOORS = ("mean_image", "black")  # what can be shown without asking anything

# What the inverters of a method read (`features.py`). The prior attack has none of its own: variant P1 is the aligned
# attack's inverter for whole vectors, fed truncated ones.
FEATURES = {"aligned": "shifted", "centred": "centred"}


@dataclass(frozen=True)
class Attack:
    """``method`` as legends have it, ``m`` scores kept; ``inversion`` names the inverter, ``view`` what it is fed."""

    method: str
    m: int
    inversion: str
    view: str

    def path(self, product: str, figure: dict, dataset: str, seed: int, suffix: str) -> str:
        """Return where ``product`` (scores, reconstructions) of this attack lies."""
        where = f"{figure['classifier']}/{figure['auxiliary']}/{self.inversion}/seed{seed}"
        return f"results/{product}/{where}/{dataset}.{self.view}.{suffix}"


def compared(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of a figure: its methods at every m, and its further ones at the largest."""
    chosen = config["figures"][figure]
    classes = config["classifiers"][chosen["classifier"]]["classes"]
    found = []
    for m in chosen["m"]:
        view = "full" if m == classes else f"m{m}"
        further = chosen.get("methods_at_full", []) if m == max(chosen["m"]) else []
        for method in [*chosen["methods"], *further]:
            inversion = "aligned_full" if method == "prior" else f"{method}_{view}"
            found.append(Attack(method, m, inversion, view))
    return found
