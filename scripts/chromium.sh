#!/usr/bin/env bash
# Prints the path of a Chromium that can be driven headless, or fails. GUITAI_CHROMIUM names one of your own.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

if [ -n "${GUITAI_CHROMIUM:-}" ]; then
  [ -x "$GUITAI_CHROMIUM" ] || fail "GUITAI_CHROMIUM is $GUITAI_CHROMIUM, which cannot be executed"
  say "$GUITAI_CHROMIUM"
  exit 0
fi
for name in chromium google-chrome chromium-browser; do
  path=$(command -v "$name") || continue
  # Ubuntu's is a snap, or a script that asks for one: neither runs as root or in a container.
  case $(readlink -f "$path") in *snap*) continue ;; esac
  if head -c 4096 "$path" | grep -aq '/snap/bin'; then continue; fi
  say "$path"
  exit 0
done
# setup.sh puts this package there on Ubuntu; it unpacks its browser on the first call and prints where.
if [ -d "$GUITAI_CACHE/chromium/node_modules/@sparticuz/chromium" ]; then
  cd "$GUITAI_CACHE/chromium"
  node --input-type=module -e "
    import chromium from '@sparticuz/chromium';
    process.stdout.write(await chromium.executablePath() + '\n');"
  exit 0
fi
fail "no Chromium found; 'make setup' installs one"
