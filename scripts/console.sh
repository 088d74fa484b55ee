#!/usr/bin/env bash
# Builds the pages that the program carries inside it, before cargo embeds them. Does nothing where nothing changed.
#
#   console.sh build            npm packages exactly as the lock file says, then dist/ of console and widget
#   console.sh install FOLDER   the npm packages of one folder
#   console.sh check FOLDER     whether they are there, as the lock file says
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# A digest of everything a step reads; the step is done again when it differs from the one kept beside its result.
digest() { sha256sum | cut -d ' ' -f 1; }

kept=$root/appliance/console/node_modules/.guitai

locked() { cat "$1/package.json" "$1/package-lock.json" | digest; }
is_installed() { [ "$(cat "$1/node_modules/.guitai/installed" 2>/dev/null)" = "$(locked "$1")" ]; }

install() {
  local folder=$1 wanted
  is_installed "$folder" && return 0
  wanted=$(locked "$folder")
  say "npm packages of ${folder#"$root/"}"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  mkdir -p "$folder/node_modules/.guitai"
  say "$wanted" >"$folder/node_modules/.guitai/installed"
}

# The console's package builds both pages: its own and the customers' widget, which has no packages.
pages="appliance/console appliance/widget"
dists="appliance/console/dist appliance/widget/dist"

build() {
  local wanted dist built=yes
  # shellcheck disable=SC2086 # a list of folders
  wanted=$(cd "$root" && find $pages \( -name node_modules -o -name dist \) -prune -o -type f -print0 \
    | sort -z | xargs -0 sha256sum | digest)
  for dist in $dists; do [ -d "$root/$dist" ] || built=no; done
  [ $built = yes ] && [ "$(cat "$kept/built" 2>/dev/null)" = "$wanted" ] && return 0
  say "building the console and the widget"
  (cd "$root/appliance/console" && npm run --silent build)
  say "$wanted" >"$kept/built"
}

case ${1:-} in
install) install "$root/${2:?which folder}" ;;
check) is_installed "$root/${2:?which folder}" ;;
build)
  install "$root/appliance/console"
  build
  ;;
*) fail "usage: console.sh build | install FOLDER | check FOLDER" ;;
esac
