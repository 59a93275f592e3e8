"""The one error a stage raises on purpose."""

from pathlib import Path


class UnusableInput(Exception):
    """Something a stage was given cannot be used: says where, what was expected, what was found, what to do next."""

    def __init__(self, where: Path | str, problem: str, remedy: str) -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(f"{where}: {problem}\n{remedy}")
