#!/bin/sh
# Make .venv: `setup.sh model` for the main job with the theories, `setup.sh core` for it without
# them, `setup.sh dev` for tests and checks.
# Needs Python >= 3.11 (PYTHON names one) and a package index; nothing else.
set -eu
kind=$1
cd "$(dirname "$0")/.."
stamp=.venv/.$kind
fresh() { [ -f "$1" ] && [ "$1" -nt "locks/$kind.txt" ] && [ "$1" -nt pyproject.toml ]; }
if fresh "$stamp" || { [ "$kind" != dev ] && fresh .venv/.dev; }; then exit 0; fi

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python >= 3.11 found; install one or set PYTHON=/path/to/python" >&2
    exit 2
fi
if [ ! -x .venv/bin/python ]; then
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "setup: $python cannot make a virtual environment (on Debian: apt install python3-venv)" >&2
        exit 2
    fi
fi
echo "setup: installing the pinned packages ($kind)" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(cat locks/uv.txt)"
.venv/bin/uv pip sync --quiet --system-certs --python .venv/bin/python "locks/$kind.txt"
.venv/bin/python -m ensurepip --upgrade >/dev/null 2>&1
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(cat locks/uv.txt)"
.venv/bin/uv pip install --quiet --system-certs --python .venv/bin/python --no-deps \
    --build-constraints locks/build.txt --editable .
touch "$stamp"
