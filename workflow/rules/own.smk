# What is needed of targets one can only ask, and of the user's own pictures; no rules here.
import functools

from obverse.asked import AUXILIARY, IMAGES


def of_asked(key: str):
    """Return a params function: what the configuration says of the target named by the wildcard."""
    return lambda wildcards: asked.entry(config, wildcards.classifier)[key]


def of_owner(key: str):
    """Return a params function: what the configuration says of the target whose pictures a data set holds."""
    return lambda wildcards: asked.entry(config, asked.of_dataset(wildcards.dataset)[0])[key]


def pictures_of(wildcards) -> str:
    """Return the folder that a data set of a user's own comes from."""
    name, which = asked.of_dataset(wildcards.dataset)
    return config["asked"][name][which]


def made_here(path: str) -> list[str]:
    """Return a folder that a rule makes; nothing for one of the user's, whose absence is for the job to explain."""
    return [path] if path.startswith("results/") else []


def refuse(found) -> None:
    """Raise the first contradiction that is found, while jobs are being planned."""
    for where, problem, remedy in found:
        raise UnusableInput(where, problem, remedy)


def model_of(wildcards) -> str:
    """Return the model file of a target; refuse one that is not there before the work that precedes asking it."""
    refuse(provisions.model(config, Path(), wildcards.classifier))
    return config["asked"][wildcards.classifier]["model"]


def file_elsewhere(path: str) -> str:
    """Return the state of a file of the user's; nothing of one that a rule makes.

    Of wildcards alone, as all that is to rerun a job: Snakemake forgets params that were derived from inputs.
    """
    return "" if path.startswith("results/") else folders.file_state(Path(path))


@functools.cache  # of a large folder it takes seconds, and Snakemake asks several times
def folder_elsewhere(path: str) -> str:
    """Return the same of a folder."""
    return "" if path.startswith("results/") else folders.state(Path(path))


def victims_known(wildcards) -> list[str]:
    """Return the victims' pictures for what an adversary may hold: none of them is to be among his."""
    name, which = asked.of_dataset(wildcards.dataset)
    return [f"results/datasets/{name}-{IMAGES}/images.npy"] if which == AUXILIARY else []


def of_endpoint(key: str):
    """Return a params function: the same of its endpoint."""
    return lambda wildcards: asked.entry(config, wildcards.classifier)["endpoint"][key]


def to_rekognition(path: str):
    """Return an input function of ``path``, which is sent to Rekognition; refuse pictures that its stand-in cannot see."""

    def checked(wildcards) -> str:
        refuse(contradictions.unseen(config))
        return path

    return checked


def both(pattern: str) -> list[str]:
    """Return a file of the victims' data set of a target, and of its adversary's."""
    return [pattern.replace("{dataset}", f"{{classifier}}-{which}") for which in (IMAGES, AUXILIARY)]


def answering(kind: str) -> str:
    """Return a pattern of the targets that are model files, or endpoints; one that matches nothing where none is."""
    return "|".join(name for name in config["asked"] if asked.entry(config, name)[kind]) or "(?!)"


def audited(name: str) -> list[Attack]:
    """Return the attacks of an audit, on each policy in question, the most permissive first."""
    return attacks.audited(config, name)


def of_pictures(name: str) -> str:
    """Return what must be said of an audit's pictures: whether they are stand-ins."""
    made = [config["asked"][name][which] for which in (IMAGES, AUXILIARY)]
    held = [Path(folder).name for folder in made if folder.startswith("results/pictures/")]
    roles = dict.fromkeys(targets.role(dataset) for each in held for dataset in auxiliary_datasets(each))
    return "".join(stand_ins(*roles))
