# What figures, tables and claims are drawn from; no rules here.
from obverse import attacks
from obverse.attacks import retrieval, weighed
from obverse.ledger import needs, sources
from obverse.ledger.labels import OWN

FIRST = config["seeds"][:1]  # a grid shows the pictures of one training
BASELINE = list(attacks.searches(config).items())  # label and name of pictures, the published search first
CLAIMED = sources.of_victims(config)
OF_CLASSES = ["aligned", "prior", *(label for label, _ in BASELINE)]  # attacks of figure 14
POSED = {source.name: source.attack for source in CLAIMED if source.name.startswith("fig7 ")}
ACCURATE = {  # targets by the names under which claims speak of their accuracy
    **{name: name for name in needs.TARGETS},
    OWN: config["figures"]["fig14"]["classifier"],
    **{source.name: source.attack.classifier for source in CLAIMED if source.name.startswith(("fig15 ", "fig16 "))},
}
(OVERALL,) = (source.attack for source in CLAIMED if source.name == "fig5 generic")  # what is counted and timed


def trainings(source) -> list[int]:
    """Return the training seeds that a claim rests on: where faces look is read off one training's pictures."""
    return FIRST if source.name in POSED else config["seeds"]


def on_curve(figure: str) -> list[tuple[Attack, str, str]]:
    """Return each attack of a curve, what made the images, and their scores: with each training seed, and floors."""
    by_classes = "k" in config["figures"][figure]  # attacks on each are labelled by it
    found = [
        (attack, attack.made_by if by_classes else attack.label, path)
        for attack in of_figure(config, figure)
        for path in attack_files([attack], config["seeds"], "scores", "parquet")
    ]
    for attack in {(attack.classifier, attack.m): attack for attack, _, _ in found}.values():
        # A floor asks nothing, so it is the same at every m; not so at every k, whose victims are k people's pictures.
        found += [(attack, *each) for each in zip(FLOORS, floor_files(attack.classifier, attack.auxiliary))]
    return found


def on_policies() -> list[tuple[str, str, str]]:
    """Return each view, what made the images, and their scores: with each training seed, and floors, of ``nothing``."""
    shown = attacks.released(config, "policies")
    found = [
        (attack.view, attack.label, path)
        for attack in shown
        for path in attack_files([attack], config["seeds"], "scores", "parquet")
    ]
    floors = ("mean_image", "class_mean")
    paths = floor_files(shown[0].classifier, shown[0].auxiliary, floors)
    return found + [("nothing", floor, path) for floor, path in zip(floors, paths)]


def inferred(figure: str) -> dict[str, str]:
    """Return the name of an attack's pictures of classes, by the attack's label in the figure."""
    by_inverters = {attack.label: attack.infers for attack in attacks.inferring(config, figure)}
    return by_inverters | dict(BASELINE)


def class_files(figure: str, labels: list[str], suffix: str, seed: int = FIRST[0]) -> list[str]:
    """Return a file of each attack's pictures of classes, from the first training or another."""
    folder = f"results/classes/{config['figures'][figure]['classifier']}/seed{seed}"
    return [f"{folder}/{inferred(figure)[label]}.{suffix}" for label in labels]


def tried(attack: Attack) -> list[tuple[str, str]]:
    """Return what made the images, and their scores with each training seed: an attack and what stands beside it."""
    found = [
        (each.made_by, path)
        for each in (attack, retrieval(attack))
        for path in attack_files([each], config["seeds"], "scores", "parquet")
    ]
    shown = [*FLOORS, CEILING]
    return found + list(zip(shown, floor_files(attack.classifier, attack.auxiliary, shown)))


def beside() -> list[tuple[str, str]]:
    """Return the names and scores of the floors of each claim that has any."""
    found = []
    for name, _, attack in sources.with_floors(CLAIMED):
        files = floor_files(attack.classifier, attack.auxiliary)
        found += [(f"{name} / {floor}", path) for floor, path in zip(FLOORS, files)]
        if attack.view == "full":  # it is found by whole vectors: beside fewer scores it would be no floor
            nearest = attack_files([attacks.retrieval(attack)], config["seeds"], "scores", "parquet")
            found += [(f"{name} / {attacks.NEAREST}", path) for path in nearest]
    return found


def accuracy_files(kind: str) -> list[str]:
    """Return predictions on the target's own data set, or its splits, of each training seed."""
    found = []
    for classifier in ACCURATE.values():
        for seed in config["seeds"]:
            cache = f"results/predictions/{classifier}/seed{seed}/{dataset_of(classifier)}.parquet"
            found.append(cache if kind == "predictions" else target(classifier).splits)
    return found
