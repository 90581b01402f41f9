#!/bin/sh
# Builds the environment: environment.sh FOLDER EXTRA, for example: environment.sh .venv dev
# Uses uv where it is installed, else venv and pip. Versions come from constraints.txt.
set -eu
folder=$1
extra=$2
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Hanse needs Python 3.11 or newer as '$python'; set PYTHON to name another." >&2
    exit 1
fi

if command -v uv >/dev/null 2>&1; then
    [ -x "$folder/bin/python" ] || uv venv --quiet --python "$python" "$folder"
    exec uv pip install --quiet --python "$folder/bin/python" -c constraints.txt -e ".[$extra]"
fi

if [ ! -x "$folder/bin/pip" ]; then
    # Debian ships venv's pip apart; without it an environment is left half built.
    if ! "$python" -m ensurepip --version >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            apt-get -o DPkg::Lock::Timeout=300 update -qq
            apt-get -o DPkg::Lock::Timeout=300 install -qq -y python3-venv
        else
            echo "Python's venv is missing. Install it (Debian: apt-get install python3-venv) and run again." >&2
            exit 1
        fi
    fi
    "$python" -m venv --clear "$folder"
fi
exec "$folder/bin/pip" install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extra]"
