#!/bin/sh
# Create the virtual environment: sh tools/venv.sh FOLDER. What is missing is said in one line.
set -eu
venv=$1
python=${PYTHON:-python3}

fail() { echo "newswire: $1" >&2; exit 2; }

command -v "$python" >/dev/null 2>&1 || fail "no $python on PATH: install Python 3.11 or newer, or run make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version 2>&1) is too old: Python 3.11 or newer is needed; name one with make PYTHON=python3.11"

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
    # Debian ships python3 without ensurepip; virtualenv, fetched by pip, needs neither it nor root.
    "$python" -m venv "$venv" >/dev/null 2>&1 || {
        rm -rf "$venv"
        "$python" -m pip --version >/dev/null 2>&1 || fail "python3 has neither venv nor pip: install python3-venv or python3-pip"
        "$python" -m pip install --quiet --target "$venv.bootstrap" virtualenv || fail "virtualenv cannot be installed: is a package index reachable?"
        PYTHONPATH="$venv.bootstrap" "$python" -m virtualenv --quiet "$venv" || fail "virtualenv could not create $venv"
        rm -rf "$venv.bootstrap"
    }
fi

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

# uv installs the same lock, with the same hashes, some five times as fast as pip; pip is the way where uv does not get through.
fast() {
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >"$venv/uv.lock"
    pip install --require-hashes --no-deps -r "$venv/uv.lock" || return 1
    index=$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)
    index=${PIP_INDEX_URL:-$index}
    UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}
    if [ -n "$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi
    # Compiled once here: where Python may not write bytecode, each process would compile 800 modules anew (1.5 s of CPU).
    "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes --no-deps -r requirements.lock
}

echo "newswire: installing the locked dependencies into $venv" >&2
fast || {
    echo "newswire: uv did not get through; installing with pip, which takes a minute or two" >&2
    pip install --require-hashes --no-deps -r requirements.lock ||
        fail "the dependencies cannot be installed: is a package index reachable? (pip's own message stands above)"
}
pip install --no-deps --no-build-isolation -e . || fail "newswire itself cannot be installed into $venv (pip's own message stands above)"
