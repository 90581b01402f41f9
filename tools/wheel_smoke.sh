#!/bin/sh
# Builds the wheel, installs it without extras into an empty environment, and uses it there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work" . 2>/dev/null \
    || uv build --quiet --wheel --out-dir "$work" .
PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_DISABLE_PIP_VERSION_CHECK
"${PYTHON:-python3}" -m venv "$work/env"
"$work/env/bin/pip" install --quiet -c constraints.txt "$work"/hanse-*.whl
cd "$work"
"$work/env/bin/hanse" call list >/dev/null
"$work/env/bin/hanse" call show COS-CLUSINT-2020-3-01 >/dev/null
cat >draft.toml <<'T'
proposal = "SMOKE"
call = "COS-CLUSINT-2020-3-01"
strand = "A"
[[member]]
organisation = "one"
country = "IT"
T
status=0
"$work/env/bin/hanse" check draft.toml >answer.txt || status=$?
test "$status" = 1
grep -q "NOT ELIGIBLE" answer.txt
echo "wheel: installed and used, $(du -sh "$work/env" | cut -f1) on disk"
