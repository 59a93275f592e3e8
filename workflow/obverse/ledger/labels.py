"""What the rows that claims are about are called, in figures and in the ledger."""

DISTRIBUTIONS = ("same", "generic", "distinct")
BY_OWNER = ("black box", "joint", "black box (more data)")
OWN = "own"  # the target of figure 14 and its own pictures, beside those inferred of its classes
