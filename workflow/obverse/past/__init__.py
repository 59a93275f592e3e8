"""What was done, read from what Snakemake notes and what jobs recorded of themselves."""
