#!/usr/bin/env bash
# The browser test against the real program: starts a demo of its own on free ports, plays the main job in Chromium, stops it.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

# Under /var/tmp, because the cluster's own system user has to reach it.
data=$(mktemp -d /var/tmp/guitai-browser-XXXXXX)
chmod 755 "$data"
"$CARGO_TARGET_DIR/debug/guitai" demo --data-dir "$data/demo" --port 0 --json >"$data/started.json" 2>"$data/log" &
pid=$!
stop() {
  kill -TERM "$pid" 2>/dev/null && wait "$pid" || true
  rm -rf "$data"
}
trap stop EXIT
for _ in $(seq 600); do
  [ -s "$data/started.json" ] && break
  kill -0 "$pid" 2>/dev/null || { cat "$data/log"; exit 1; }
  sleep 0.1
done
[ -s "$data/started.json" ] || { cat "$data/log"; exit 1; }

eval "$(node -e '
  const started = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  const accounts = {};
  for (const { login, password, roles } of started.accounts) accounts[roles[0]] ??= { login, password };
  const set = { STAFF_URL: started.staff_url, CUSTOMERS_URL: started.customers_url, ADMIN_URL: started.admin_url, ACCOUNTS: JSON.stringify(accounts) };
  for (const [name, value] of Object.entries(set)) console.log(`export GUITAI_${name}=\x27${value}\x27`);
' "$data/started.json")"
GUITAI_CHROMIUM=${GUITAI_CHROMIUM:-$(scripts/chromium.sh)} npm --prefix tests/console test
