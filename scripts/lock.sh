#!/bin/sh
# Resolve the lock files: exact versions with hashes, for every platform, without addresses.
set -eu
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --system-certs --universal --generate-hashes --no-header --no-annotate \
    --python-version 3.11 "$@"; }
compile pyproject.toml --output-file locks/core.txt
compile pyproject.toml --all-extras --group dev --constraints locks/core.txt --output-file locks/dev.txt
compile pyproject.toml --extra model --constraints locks/dev.txt --output-file locks/model.txt
printf 'hatchling\neditables\n' | compile - --constraints locks/dev.txt --output-file locks/build.txt
