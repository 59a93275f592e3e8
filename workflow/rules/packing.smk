# What an archive is told of the code, and of whose pictures it may not hold; no rules here.
import functools

from obverse.archive import checkout


@functools.cache  # it reads every file of the project
def state_of_code(wildcards) -> str:
    """Return a params function's text that changes with the code, so that an archive of other code is packed again."""
    return checkout.state(BASE)


def pictured_elsewhere() -> list[str]:
    """Return the user's own targets whose pictures are not written by a rule: nobody's to hand on."""
    folders = {name: [asked.entry(config, name)[which] for which in (IMAGES, AUXILIARY)] for name in config["asked"]}
    return [name for name, held in folders.items() if not all(path.startswith("results/") for path in held)]


def restricted() -> list[str]:
    """Return whose pictures an archive may not hold."""
    roles = list(config["datasets"])
    kept_back = [] if config["show_faces"] else pictured_elsewhere()
    return [role for role in roles if role not in showable(*roles)] + kept_back
