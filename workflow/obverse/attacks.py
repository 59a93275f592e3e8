"""Which attacks a figure compares: pairs of an inverter and the view it is shown, on a target."""

from dataclasses import dataclass, replace

from obverse import asked, policies, targets

FLOORS = ("mean_image", "black", "class_mean")  # what can be shown without asking anything
CEILING = "truth"  # what a perfect attack would show: what the evaluation classifier makes of it bounds all others

JOINT = "joint"  # the inverter that was trained together with its target
PUBLISHED_COST = "confidence"  # of the search that is the paper's baseline
MIA = "MIA"  # a search through the target's weights, the paper's baseline for training class inference
NEAREST = "nearest"  # no inverter: the auxiliary image whose prediction vector is nearest


@dataclass(frozen=True)
class Attack:
    """``label`` as figures have it, ``m`` scores kept; ``inversion`` names the inverter, ``view`` what it is fed."""

    label: str
    m: int
    classifier: str
    auxiliary: str
    inversion: str
    view: str

    @property
    def infers(self) -> str:
        """Return the name of its inverter's pictures of classes among those of a target."""
        return f"{self.auxiliary}.{self.inversion}"

    @property
    def made_by(self) -> str:
        """Return how its inverter was trained (``aligned``, ``centred``, ``joint``), or ``nearest``: it has none."""
        return self.inversion.partition("_")[0]

    def path(self, product: str, dataset: str, seed: int, suffix: str) -> str:
        """Return where ``product`` (scores, reconstructions) of this attack lies."""
        where = f"{self.classifier}/{self.auxiliary}/{self.inversion}/seed{seed}"
        return f"results/{product}/{where}/{dataset}.{self.view}.{suffix}"


def attack(config: dict, classifier: str, auxiliary: str, method: str, m: int | None = None, label: str = "") -> Attack:
    """Return the attack of ``method`` on vectors truncated to ``m`` (None: whole ones), called so unless labelled."""
    classes = targets.target(config, classifier).classes
    kept = classes if m is None else m
    view = "full" if kept == classes else f"m{kept}"
    trained = "full" if method in ("prior", JOINT, NEAREST) else view
    inversion = f"{'aligned' if method == 'prior' else method}_{trained}"
    held = targets.auxiliary_for(config, auxiliary, classifier)
    return Attack(label or method, kept, classifier, held, inversion, view)


def compared(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of a figure: its methods at every m, and its further ones at the largest."""
    chosen = config["figures"][figure]
    found = []
    for m in chosen["m"]:
        further = chosen.get("methods_at_full", []) if m == max(chosen["m"]) else []
        for method in [*chosen["methods"], *further]:
            found.append(attack(config, chosen["classifier"], chosen["auxiliary"], method, m))
    return found


def released(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of a figure on each of its views, by inverters that were trained on the same."""
    chosen, found = config["figures"][figure], []
    for view in chosen["views"]:
        for method in chosen["methods"]:
            whole = attack(config, chosen["classifier"], chosen["auxiliary"], method)
            found.append(_on_view(whole, method, view))
    return found


def _on_view(whole: Attack, method: str, view: str) -> Attack:
    """Return the attack of the same adversary with an inverter that was trained on ``view``."""
    shown = policies.policy(view)
    kept = 1 if shown.label else shown.scores or whole.m
    return replace(whole, m=kept, inversion=f"{method}_{view}", view=view)


def audited(config: dict, name: str) -> list[Attack]:
    """Return the attacks on a target one can only ask, on what its owner could publish, the most permissive first.

    That is what it releases, and those of ``audit.policies`` that can be made of that and are less than all scores.
    """
    chosen, released = config["audit"], asked.entry(config, name)["releases"]
    whole = attack(config, name, name, chosen["method"])
    views = [released]
    for view in chosen["policies"]:
        if policies.contains(released, view) and (policies.policy(view).scores or 0) < whole.m:
            views.append(view)
    return [_on_view(whole, chosen["method"], view) for view in dict.fromkeys(views)]


def rows(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of a figure that shows one a row: those of its ``rows``, or one for each ``k``."""
    chosen = config["figures"][figure]
    if "k" in chosen:
        return [sweep(config, figure, k, 1) for k in chosen["k"]]
    return [
        attack(config, row["classifier"], row["auxiliary"], row.get("method", "aligned"), label=row["label"])
        for row in chosen["rows"]
    ]


def sweep(config: dict, figure: str, k: int, draw: int, fixed: bool = False) -> Attack:
    """Return the attack on whole vectors of the target that knows ``k`` classes; with all of them there is one draw."""
    chosen = config["figures"][figure]
    whole = k == targets.target(config, chosen["classifier"]).classes
    classifier = chosen["classifier"] if whole else targets.drawn(chosen["classifier"], k, draw, fixed)
    return attack(config, classifier, chosen["auxiliary"], "aligned", label=f"k = {k}")


def weighed(config: dict, figure: str) -> list[Attack]:
    """Return the jointly trained attack of a figure's row, with each further weight of the inverter's error."""
    chosen = [attack for attack in rows(config, figure) if attack.made_by == JOINT]
    alone = [targets.target(config, attack.classifier).divided_as for attack in chosen]
    found = [
        replace(attack, classifier=targets.joint(name, weight), label=f"{attack.label}, weight {weight:g}")
        for attack, name in zip(chosen, alone, strict=True)
        for weight in config["joint"]["weights"]
    ]
    return [attack for attack in found if attack.classifier not in {one.classifier for one in chosen}]


def retrieval(attack: Attack) -> Attack:
    """Return the attack without inverter of the same adversary on the same target."""
    return replace(attack, label=NEAREST, inversion=f"{NEAREST}_full", view="full")


def draws(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of a figure on each draw of each number of classes: ``k`` by ``k``, draw by draw."""
    chosen = config["figures"][figure]
    swept = (sweep(config, figure, k, draw) for k in chosen["k"] for draw in range(1, chosen["draws"] + 1))
    return list(dict.fromkeys(swept))


def inferring(config: dict, figure: str) -> list[Attack]:
    """Return the attacks whose inverters infer training classes: ours, which reads one score, and the prior one."""
    chosen = config["figures"][figure]
    held = {"aligned": chosen["auxiliary"], "prior": chosen["prior_auxiliary"]}
    return [attack(config, chosen["classifier"], auxiliary, method, 1) for method, auxiliary in held.items()]


def searches(config: dict) -> dict[str, str]:
    """Return the baseline's searches for classes, the published one first: label, and name of its pictures."""
    costs = sorted(config["mi_face"]["costs"], key=lambda cost: cost != PUBLISHED_COST)
    return {MIA if cost == PUBLISHED_COST else f"{MIA}, {cost.replace('_', ' ')}*": f"mi_face_{cost}" for cost in costs}


def first(config: dict, figure: str) -> list[Attack]:
    """Return the attacks of figure 1 on victims: the prior one and ours on m scores, ours on all."""
    chosen = config["figures"][figure]
    held = {"prior": chosen["prior_auxiliary"], "aligned": chosen["auxiliary"]}
    kept = [("prior", chosen["m"]), ("aligned", chosen["m"]), ("aligned", None)]
    return [attack(config, chosen["classifier"], held[method], method, m) for method, m in kept]


def of_figure(config: dict, figure: str) -> list[Attack]:
    """Return every attack that a figure shows, those that infer classes included."""
    chosen = config["figures"][figure]
    if "prior_auxiliary" in chosen:
        return (first(config, figure) if "m" in chosen else []) + inferring(config, figure)
    if "views" in chosen:
        return released(config, figure)
    if "draws" in chosen:
        return draws(config, figure)
    return compared(config, figure) if "m" in chosen else rows(config, figure)
