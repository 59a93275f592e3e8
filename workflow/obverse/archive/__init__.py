"""A result set that a stranger can verify: what is in it, what was made of what, and how it is written."""
