#!/usr/bin/env bash
# Starts a demo of its own in an empty folder, drives the main job through it in a real browser, and stops it again.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

scripts/console.sh install tests/console
GUITAI_CHROMIUM=$(scripts/chromium.sh)
export GUITAI_CHROMIUM

# The demo's PostgreSQL runs as a user of its own when we are root, which has to be able to reach its folder.
folder=$(mktemp -d /tmp/guitai-browser.XXXXXX)
chmod 755 "$folder"
demo=''
# shellcheck disable=SC2317 # called by the trap
stop() {
  if [ -n "$demo" ]; then
    kill -TERM "$demo" 2>/dev/null || true
    wait "$demo" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap stop EXIT

# Addresses and passwords come as one line of JSON; the file is readable by us alone.
(umask 077 && : >"$folder/started.json")
"$CARGO_TARGET_DIR/debug/guitai" demo --data-dir "$folder/data" --port 0 --json >"$folder/started.json" 2>"$folder/demo.log" &
demo=$!
for _ in $(seq 1200); do
  [ ! -s "$folder/started.json" ] || break
  kill -0 "$demo" 2>/dev/null || { cat "$folder/demo.log" >&2; fail "the demo ended while starting"; }
  sleep 0.1
done
[ -s "$folder/started.json" ] || { tail -n 50 "$folder/demo.log" >&2; fail "the demo did not start within two minutes"; }

# The test wants one account for each role.
node -e '
  const fs = require("node:fs");
  const started = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
  const byRole = {};
  for (const { login, password, roles } of started.accounts) for (const role of roles) byRole[role] ??= { login, password };
  fs.writeFileSync(process.argv[2], JSON.stringify(byRole), { mode: 0o600 });
  console.log([started.staff_url, started.customers_url, started.admin_url].join("\n"));
' "$folder/started.json" "$folder/accounts.json" >"$folder/urls"
{ read -r GUITAI_STAFF_URL; read -r GUITAI_CUSTOMERS_URL; read -r GUITAI_ADMIN_URL; } <"$folder/urls"
export GUITAI_STAFF_URL GUITAI_CUSTOMERS_URL GUITAI_ADMIN_URL GUITAI_ACCOUNTS="@$folder/accounts.json"

status=0
npm --prefix tests/console test || status=$?
if [ $status -ne 0 ]; then
  say "the demo's log ended with:"
  tail -n 40 "$folder/demo.log"
fi
exit $status
