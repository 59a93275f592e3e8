# Thin on purpose: the environment, and short names for commands of which each can be typed by hand.
PYTHON ?= python3
READY := .venv/.ready
RUN := . .venv/bin/activate &&

.PHONY: figure report test bench soak lock
.DEFAULT_GOAL := figure

figure: $(READY)
	@$(RUN) exec snakemake --cores all results/fig9.png

# Makes what is not made yet, packs it, and refuses what is not committed: the last page says what the archive holds.
report: $(READY)
	@$(RUN) snakemake --cores all results/archive.html
	@$(RUN) exec snakemake --report results/report.zip -- results/archive.html

# The lock is complete, so nothing is resolved; compiled bytecode lets a torch job start in two seconds, not five.
$(READY): envs/obverse.lock.txt envs/installer.lock.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Obverse needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv
	$(RUN) pip install --quiet --require-hashes --requirement envs/installer.lock.txt
	$(RUN) uv pip install --quiet --no-deps --require-hashes --compile-bytecode --requirement envs/obverse.lock.txt
	$(RUN) uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: $(READY)
	@$(RUN) exec pytest --numprocesses 2 --dist loadfile

soak: $(READY)
	@$(RUN) exec pytest -m soak

bench: $(READY)
	@$(RUN) python benchmarks/train_inverter.py

lock: $(READY)
	@$(RUN) python -m obverse.commands.lock
