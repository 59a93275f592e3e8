"""Which attacks a figure compares: the methods of the paper, as pairs of an inverter and the view it is shown."""

from dataclasses import dataclass

FLOORS = ["mean_image", "black"]


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
    """Return the attacks of a figure: aligned and prior at every m; centred at every m (figure 8) or the largest."""
    chosen = config["figures"][figure]
    classes = config["classifiers"][chosen["classifier"]]["classes"]
    found = []
    for m in chosen["m"]:
        view = "full" if m == classes else f"m{m}"
        found.append(Attack("aligned", m, f"aligned_{view}", view))
        # Variant P1 of the prior attack: one inverter trained on whole vectors, fed truncated ones.
        found.append(Attack("prior", m, "aligned_full", view))
        if figure == "fig8" or (figure == "fig9" and m == max(chosen["m"])):
            found.append(Attack("centred", m, f"centred_{view}", view))
    return found
