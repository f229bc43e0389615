# For developers; users need only ./repost. Every target works after `./repost test` has run once.
PY = .venv/bin/python

.PHONY: check test lock score bench soak

check:  ## static checks: format, lint, types, import directions
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test:
	./repost test

lock:  ## pin every dependency with hashes, each file for every Python and system; needs uv
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra build --extra all -c requirements.lock pyproject.toml -o requirements-extras.lock
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

score:  ## quality against the pinned floors
	$(PY) bench/score_pages.py
	$(PY) bench/score_restore.py

bench:  ## speed, as ratios within one run; bench/requirements-peers.txt says how to see other tools beside it
	$(PY) bench/bench_extract.py
	$(PY) bench/bench_restore.py
	$(PY) bench/bench_search.py
	$(PY) bench/bench_families.py
	$(PY) bench/bench_collate.py --rounds 1
	$(PY) bench/bench_crawl.py

soak:  ## hostile pages at full size, a crawl of 2,000 pages killed 20 times, the memory of 20,000 pages; takes half an hour
	./repost test -m soak
