# What can be done with the claiming station; "make" alone lists it.

PYTHON_HERE := .venv/bin/python
SET_UP := PYTHON="$(PYTHON)" packaging/setup.sh
OFFSCREEN := QT_QPA_PLATFORM=offscreen
NO_SCREEN := No screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): "make demo" does the whole job without one

.DEFAULT_GOAL := help
.PHONY: help run demo test lint test-postgres faults kill9 io-errors power-loss bench lock soak scanners-soak hardware smoke-build \
  deb rpm windows check-installers bench-installers

help: ## list these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

run: ## open the window (sets everything up first)
	$(if $(DISPLAY)$(WAYLAND_DISPLAY),,$(error $(NO_SCREEN)))
	@$(SET_UP) run
	@exec $(PYTHON_HERE) -m station

demo: ## do the whole job without a screen; pictures and receipt land in demo-output
	@$(SET_UP) run
	@$(OFFSCREEN) $(PYTHON_HERE) -m station demo --output demo-output

lint: ## check style, types and who imports whom
	@$(SET_UP) test
	$(PYTHON_HERE) -m ruff check station tests packaging
	$(PYTHON_HERE) -m mypy --explicit-package-bases
	.venv/bin/lint-imports

test: lint ## lint, then run the quick tests
	$(PYTHON_HERE) -m pytest -n auto -m "not slow and not postgres"

test-postgres: ## run the server's tests on a PostgreSQL cluster of their own
	@$(SET_UP) postgres
	$(PYTHON_HERE) -m pytest -m postgres

faults: ## spoil claims at every system, SUBMISSIONS of them, every fault of every kind of call FORCED times; or, with AFTERWARDS=1, what is done with claimed devices
	@$(SET_UP) test
	$(PYTHON_HERE) -m tests.faults faults --shifts $(or $(SHIFTS),20) --forced $(or $(FORCED),50) \
	  --submissions $(or $(SUBMISSIONS),20000) --jobs $(or $(JOBS),2) --minutes $(or $(MINUTES),110) \
	  $(if $(PROTOCOLS),--protocols $(PROTOCOLS)) $(if $(AFTERWARDS),--afterwards) $(if $(SEED),--seed $(SEED))

kill9: ## kill the station at every named point and at RUNS random moments, at every system (SEED repeats a run)
	@$(SET_UP) test
	$(PYTHON_HERE) -m tests.faults kill9 --points --runs $(or $(RUNS),1000) $(if $(SEED),--seed $(SEED))

io-errors: ## refuse the n-th write, fsync, rename, open … of a whole day for every n (CALLS, EVERY, SEED)
	@$(SET_UP) test
	$(PYTHON_HERE) -m tests.faults.io_errors --calls $(or $(CALLS),fsync rename open ftruncate unlink mkdir link write) \
	  --every $(or $(EVERY),1) $(if $(SEED),--seed $(SEED))

power-loss: ## cut a desk's power RUNS times in QEMU, and CONTROL times where it does not wait for its disk (SEED)
	@$(SET_UP) hardware
	$(PYTHON_HERE) -m tests.power --runs $(or $(RUNS),30) --control $(or $(CONTROL),10) $(if $(SEED),--seed $(SEED))

soak: ## live HOURS simulated hours of a desk at one scan in 2 s on a bad network (SEED repeats a run, WINDOW=1 shows one)
	@$(SET_UP) test
	$(PYTHON_HERE) -m tests.soak --hours $(or $(HOURS),24) $(if $(PACE),--pace $(PACE)) $(if $(WINDOW),--window) \
	  $(if $(SEED),--seed $(SEED))

scanners-soak: ## SCANS simulated scans of keyboard-type scanners among typing people (SEED repeats a run)
	@$(SET_UP) test
	$(PYTHON_HERE) -m tests.scanners.soak --scans $(or $(SCANS),1000000) $(if $(SEED),--seed $(SEED))

hardware: ## read scanners and cameras that a kernel in QEMU emulates: plugged in, pulled out, taken by others
	@$(SET_UP) hardware
	$(PYTHON_HERE) -m tests.hardware $(PARTS)

bench: ## measure against the yardsticks and print one table
	@$(SET_UP) test
	$(OFFSCREEN) $(PYTHON_HERE) -m tests.benchmarks

lock: ## write the lock files anew from pyproject.toml (UPGRADE=1: newest versions)
	@$(SET_UP) run
	@UPGRADE="$(UPGRADE)" packaging/lock.sh

smoke-build: ## build the program as one folder in dist/station and let it test itself
	@$(SET_UP) build
	$(PYTHON_HERE) -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller \
	  packaging/pyinstaller/station.spec
	$(OFFSCREEN) STATION_HOME="$(CURDIR)/build/smoke-home" STATION_STATE="$(CURDIR)/build/smoke-state" \
	  dist/station/station --self-test --json

deb: ## build the package for Debian and Ubuntu in dist (DEB_COMPRESSION=zstd: quicker and larger)
	@$(SET_UP) deb
	$(PYTHON_HERE) packaging/linux/build.py deb
	@$(PYTHON_HERE) packaging/checksums.py

rpm: ## build the package for Fedora and its like in dist, of the same tree
	@$(SET_UP) deb
	$(PYTHON_HERE) packaging/linux/build.py rpm
	@$(PYTHON_HERE) packaging/checksums.py

windows: ## build setup.exe and the portable copy in dist (PYTHON313=… compiles ahead; VIDEO=1: cameras by address; QUICK=1)
	@$(SET_UP) windows
	PYTHONPATH=packaging $(PYTHON_HERE) -m windows $(if $(PYTHON313),--compiler $(PYTHON313)) \
	  $(if $(VIDEO),--video) $(if $(QUICK),--quick) $(if $(PYTHON_ZIP),--python-zip $(PYTHON_ZIP) --python-sha256 $(PYTHON_SHA256))
	@$(PYTHON_HERE) packaging/checksums.py

check-installers: ## install, use, upgrade and remove what lies in dist, each on a clean system (SUITES="bookworm trixie")
	@$(SET_UP) deb
	packaging/linux/check.sh $(SUITES)
	$(if $(wildcard packaging/windows/check.sh),packaging/windows/check.sh)

bench-installers: ## measure what lies in dist: sizes, what each large part is for, the self-test beside the source tree's
	@$(SET_UP) test
	$(OFFSCREEN) $(PYTHON_HERE) packaging/measure.py
