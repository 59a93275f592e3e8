"""How often a target may be asked, and what that may cost."""

from dataclasses import dataclass

from obverse.accounts import Account
from obverse.errors import UnusableInput


@dataclass(frozen=True)
class Budget:
    """How often a target may be asked, and what that may cost, over all runs; attempts that failed count."""

    max_questions: int
    max_cost_usd: float
    confirm_spend: bool  # whether anything may be spent at all

    def check(self, account: Account, more: int) -> None:
        """Raise `UnusableInput` when so many ``more`` attempts would pass it."""
        cost = account.spent_usd + more * account.price_usd
        if account.asked + more > self.max_questions:
            raise UnusableInput(
                "max_questions",
                f"expected at most {self.max_questions:,} questions in all, found {account.asked:,} asked and "
                f"{more:,} more to ask",
                "Raise max_questions of this target, or give it fewer pictures. What was answered is kept.",
            )
        if more * account.price_usd > 0 and not self.confirm_spend:
            raise UnusableInput(
                "confirm_spend",
                f"expected leave to spend ${more * account.price_usd:,.2f} ({more:,} questions), found none",
                "Set confirm_spend: true for this target if you mean to.",
            )
        if cost > self.max_cost_usd + 1e-9:
            raise UnusableInput(
                "max_cost_usd",
                f"expected to spend at most ${self.max_cost_usd:,.2f} in all, "
                f"found ${account.spent_usd:,.2f} spent and ${more * account.price_usd:,.2f} more needed",
                "Raise max_cost_usd of this target, or give it fewer pictures. What was answered is kept.",
            )
