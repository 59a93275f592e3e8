"""Names for people who do not exist: every index has one of its own."""

_MEN = (
    "Alder", "Bram", "Corvin", "Dario", "Eskil", "Fenton", "Gorran", "Havel", "Ilmar", "Joren", "Kester", "Lorcan",
    "Milo", "Nevin", "Orrin", "Perrin", "Quillon", "Ruben", "Soren", "Tavish", "Ulric", "Varek", "Wendell",
    "Yorick", "Zoltan", "Anselm", "Brisco", "Caspar", "Dorian", "Emeric",
)  # fmt: skip
_WOMEN = (
    "Ailsa", "Brynn", "Calla", "Delphi", "Elowen", "Fenna", "Greta", "Hesper", "Isaura", "Junia", "Katya", "Linnea",
    "Maris", "Nerys", "Odile", "Petra", "Quenby", "Rosalba", "Sanna", "Tamsin", "Ulla", "Verity", "Wilda", "Xanthe",
    "Ysolde", "Zelda", "Amabel", "Bettina", "Clover", "Dervla",
)  # fmt: skip
_FAMILIES = (
    "Voss", "Tarrant", "Quill", "Ashgrove", "Bellweather", "Corrigane", "Dunmere", "Eastlake", "Farrowby",
    "Glassen", "Hollinsby", "Ivarsen", "Jesperdal", "Kettlewyn", "Lindqvarn", "Marchbank", "Norrholt", "Oakhanger",
    "Pellamy", "Quarrier", "Ravensholt", "Silverlund", "Thornquist", "Umberlin", "Valdenby", "Wexcombe", "Yarborne",
    "Zellweyer", "Amberley", "Brackwater", "Crestholm", "Dalebrook", "Emberly", "Fairstone", "Grimsholt",
    "Hartlepole", "Inglewyn", "Juniperson", "Kirkwander", "Larkhollow", "Mossgrave",
)  # fmt: skip


def full_name(index: int) -> str:
    """Return the name of person ``index``; even indices get men's first names, odd ones women's.

    The lists' lengths (30 and 41) have no common divisor, so 2,460 people differ; later ones get a second family name.
    """
    number = index // 2
    first = (_WOMEN if index % 2 else _MEN)[number % 30]
    family = _FAMILIES[(number * 7) % len(_FAMILIES)]
    turn = number // (30 * len(_FAMILIES))
    return f"{first} {family}" if turn == 0 else f"{first} {family} {_FAMILIES[(turn * 11 + number) % len(_FAMILIES)]}"
