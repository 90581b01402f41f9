#!/bin/sh
# Makes sure that a browser for the browser tests is there: Debian's chromium, installed by apt where that is possible.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends chromium fonts-liberation
    exit 0
fi
echo "The browser tests need chromium (Debian: apt-get install chromium). They will not run." >&2
[ -z "${CI:-}" ]
