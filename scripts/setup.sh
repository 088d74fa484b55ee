#!/usr/bin/env bash
# Makes this machine ready: says what is missing, then installs that and nothing else. Safe to run as often as you like.
#
#   setup.sh demo    what building and the demo need
#   setup.sh test    that, and what the tests need (JDK and Maven for a real Kafka broker, Chromium, ...)
#   setup.sh fuzz    what building needs, and cargo-fuzz
#   setup.sh         everything but cargo-fuzz, as `test`
#
# Debian 12 and 13, Ubuntu 22.04 and 24.04. On anything else it checks only, and names what to install by hand. Of the four
# only Debian 13 has a Node.js that is new enough; on the others a newer one has to be in PATH already.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scope=${1:-test}
case $scope in demo | test | fuzz) ;; *) fail "usage: setup.sh [demo|test|fuzz]" ;; esac

# The Rust compiler that rust-toolchain.toml names, and the oldest Node.js that the console's tools run on.
rust_wanted=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' "$root/rust-toolchain.toml")
node_wanted=20.19
# Checks licences, sources and bans (deny.toml). Built once, without optimisation: a minute and a half on two cores.
deny_version=0.20.2
# Builds and runs the fuzzers.
fuzz_version=0.13.1
chromium_npm='@sparticuz/chromium@153.0.0'

distribution=unknown
if [ -r /etc/os-release ]; then
  distribution=$(. /etc/os-release && printf '%s-%s' "${ID:-unknown}" "${VERSION_ID:-}")
fi
case $distribution in
debian-12 | debian-13 | ubuntu-22.04 | ubuntu-24.04) supported=yes ;;
*) supported=no ;;
esac

packages=() # to install by apt
also=()     # other things to do, in words, printed before they are done
by_hand=()  # what only a person can do here
notes=()    # what the program itself will do to this machine

has() { command -v "$1" >/dev/null 2>&1; }
installed() { dpkg-query --show --showformat='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
# at_least WANTED VERSION
at_least() { [ "$(printf '%s\n%s\n' "$1" "${2#v}" | sort -V | head -n 1)" = "$1" ]; }
major() { "$@" 2>&1 | sed -n 's/^[^0-9]*\([0-9][0-9]*\)\..*/\1/p;s/.*version "\([0-9]*\).*/\1/p' | head -n 1; }
candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)'; }

# wants COMMAND PACKAGE: the package, unless the command is there already, from wherever it came.
wants() { has "$1" || packages+=("$2"); }
# wants_package PACKAGE: for what has no command. Elsewhere than on the listed distributions it cannot be checked.
wants_package() { [ $supported = no ] || installed "$1" || packages+=("$1"); }

# The npm packages of the console, and for the tests those of the browser test.
npm_folders=(appliance/console)
[ "$scope" != test ] || npm_folders+=(tests/console)
npm_installed() { "$root/scripts/console.sh" check "$1" 2>/dev/null; }
# fetch_crates [--offline]: the crates of Cargo.lock for this kind of machine; offline it tells whether they are there.
fetch_crates() {
  (cd "$root" && cargo fetch --quiet --locked --target "$(rustc -vV | sed -n 's/^host: //p')" "$@")
}
has_deny() { [ "$("$GUITAI_CACHE/tools/bin/cargo-deny" --version 2>/dev/null)" = "cargo-deny $deny_version" ]; }
has_fuzz() { [ "$("$GUITAI_CACHE/tools/bin/cargo-fuzz" --version 2>/dev/null)" = "cargo-fuzz $fuzz_version" ]; }
find_chromium() { "$root/scripts/chromium.sh" 2>/dev/null; }

look() {
  packages=() also=() by_hand=() notes=()
  # rustup would fetch a missing toolchain at the first question, before it is announced.
  local -x RUSTUP_AUTO_INSTALL=0
  local folder

  # Building. rdkafka builds librdkafka with cmake against the system's OpenSSL and libcurl.
  wants git git
  wants make make
  wants gcc gcc
  wants g++ g++
  wants cmake cmake
  wants perl perl
  wants pkg-config pkg-config
  wants_package libssl-dev
  wants_package libcurl4-openssl-dev
  wants_package zlib1g-dev
  wants_package ca-certificates
  if ! has cargo; then
    by_hand+=("Rust $rust_wanted: install rustup as its own site says; it then takes the version from rust-toolchain.toml")
  elif ! (cd "$root" && cargo --version >/dev/null 2>&1); then
    if has rustup; then
      also+=("the Rust toolchain $rust_wanted with rustfmt and clippy, through rustup")
    else
      by_hand+=("Rust $rust_wanted: the cargo in PATH does not run here; install rustup")
    fi
  fi
  if ! has cargo || ! fetch_crates --offline >/dev/null 2>&1; then
    also+=("the Rust crates that Cargo.lock names, downloaded by cargo into its own cache")
  fi

  # PostgreSQL 14 to 17. The contrib modules are part of the server package in all of these.
  local version found=''
  for version in 14 15 16 17; do
    [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && found=$version
  done
  [ -n "$found" ] || { has initdb && found=$(major initdb --version); }
  if [ -z "$found" ]; then
    packages+=(postgresql)
    also+=("/etc/postgresql-common/createcluster.d/guitai.conf, so that the package does not start a server on port 5432")
  fi

  # The console is built from source.
  if ! has node || ! at_least $node_wanted "$(node --version)" || ! has npm; then
    local offered
    offered=$(candidate nodejs | sed 's/^[0-9]*://;s/[-+~].*//') || true
    if [ $supported = yes ] && at_least $node_wanted "${offered:-0}"; then
      packages+=(nodejs npm)
    else
      by_hand+=("Node.js $node_wanted or newer with npm: this distribution has ${offered:-none}; put a newer node and npm in PATH, from https://nodejs.org for one")
    fi
  fi
  for folder in "${npm_folders[@]}"; do
    npm_installed "$folder" || also+=("the npm packages that $folder/package-lock.json names, into $folder/node_modules")
  done

  # See src/db/cluster/account.rs.
  if [ "$(id -u)" -eq 0 ] && ! id guitai-pg >/dev/null 2>&1; then
    notes+=("at its first start the program makes the system user guitai-pg, because PostgreSQL does not run as root")
  fi

  if [ "$scope" = fuzz ] && ! has_fuzz; then
    also+=("cargo-fuzz $fuzz_version, built from source into $GUITAI_CACHE/tools")
  fi
  [ "$scope" = test ] || return 0

  # A real Apache Kafka broker runs from its jars.
  if ! has java || [ "$(major java -version)" -lt 17 ]; then
    local jdk=''
    for version in 17 21 25; do
      [ -n "$jdk" ] || [ -z "$(candidate openjdk-$version-jre-headless)" ] || jdk=openjdk-$version-jre-headless
    done
    packages+=("${jdk:-openjdk-17-jre-headless}")
  fi
  wants mvn maven
  # Two network namespaces with a wire between them, which the tests listen to.
  wants ip iproute2
  if ! "$root/tests/kafka/fetch.sh" --check >/dev/null 2>&1; then
    also+=("Apache Kafka's jars (44 MB) through Maven into $GUITAI_CACHE, each checked against tests/kafka/jars.sha256")
  fi

  if ! has_deny; then
    also+=("cargo-deny $deny_version, built from source into $GUITAI_CACHE/tools")
  fi

  # The console is tried in a browser, with fonts that can show Chinese.
  if [ -z "$(find_chromium)" ]; then
    case $distribution in
    ubuntu-*)
      # Ubuntu's chromium package only installs a snap, which does not run in containers or as root.
      wants_package libnss3
      also+=("Chromium from the npm package $chromium_npm into $GUITAI_CACHE (Ubuntu has it as a snap only)")
      ;;
    *) packages+=(chromium) ;;
    esac
  fi
  wants_package fonts-noto-cjk
}

# Runs a command as root, through sudo where needed.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

may_install() {
  if [ "$(id -u)" -ne 0 ] && ! has sudo; then
    fail "not root and no sudo here; as root run: apt-get update; apt-get install --no-install-recommends ${packages[*]}"
  fi
}

install_packages() {
  local name
  if [ $supported = no ]; then
    fail "this is $distribution; install by hand what these Debian packages hold, then run it again: ${packages[*]}"
  fi
  may_install
  case " ${packages[*]} " in
  *" postgresql "*)
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    printf '# Written by the set-up of Guitai: it starts clusters of its own.\ncreate_main_cluster = false\n' \
      | as_root tee /etc/postgresql-common/createcluster.d/guitai.conf >/dev/null
    ;;
  esac
  # The package lists are fetched only when they do not know a package, or are too old to fetch one.
  local fresh=no
  for name in "${packages[@]}"; do
    [ -n "$(candidate "$name")" ] || fresh=wanted
  done
  if [ $fresh = wanted ]; then as_root apt-get update -qq; fi
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0)
  local log=$GUITAI_CACHE/apt.log
  mkdir -p "$GUITAI_CACHE"
  say "  installing (what apt-get says is kept in $log)"
  if ! as_root "${install[@]}" "${packages[@]}" >"$log" 2>&1; then
    if [ $fresh = no ]; then as_root apt-get update -qq; fi
    as_root "${install[@]}" "${packages[@]}" >"$log" 2>&1 \
      || { tail -n 30 "$log" >&2; fail "apt-get could not install: ${packages[*]}"; }
  fi
}

nothing_missing() { [ $((${#packages[@]} + ${#also[@]} + ${#by_hand[@]})) -eq 0 ]; }

# The package lists of apt: an image often comes without them.
has_lists() { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }

look
if nothing_missing; then
  for line in "${notes[@]}"; do say "  to come: $line"; done
  say "set-up: everything is there"
  exit 0
fi

say "${bold}set-up on $distribution${plain}"
if [ $supported = yes ] && ! has_lists; then
  # Without the lists it is not even known which versions this distribution has.
  say "  fetching the package lists (apt-get update)"
  may_install
  as_root apt-get update -qq
  look
fi
if [ ${#packages[@]} -gt 0 ]; then say "  to install by apt: ${packages[*]}"; fi
for line in "${also[@]}"; do say "  to install: $line"; done
for line in "${notes[@]}"; do say "  to come: $line"; done
for line in "${by_hand[@]}"; do say "  ${red}needed from you: $line${plain}"; done
[ ${#by_hand[@]} -eq 0 ] || fail "set-up stopped: see 'needed from you' above; nothing was installed"

if [ ${#packages[@]} -gt 0 ]; then install_packages; fi
(cd "$root" && { cargo --version >/dev/null 2>&1 || rustup toolchain install; })
fetch_crates --offline >/dev/null 2>&1 || fetch_crates
for folder in "${npm_folders[@]}"; do "$root/scripts/console.sh" install "$folder"; done
if [ "$scope" = fuzz ] && ! has_fuzz; then
  (cd "$root" && cargo install --quiet --locked --debug --version "$fuzz_version" --root "$GUITAI_CACHE/tools" \
    --target-dir "$GUITAI_CACHE/tools/build" cargo-fuzz)
  rm -rf "$GUITAI_CACHE/tools/build"
fi
if [ "$scope" = test ]; then
  "$root/tests/kafka/fetch.sh" >/dev/null
  if ! has_deny; then
    (cd "$root" && cargo install --quiet --locked --debug --version "$deny_version" --root "$GUITAI_CACHE/tools" \
      --target-dir "$GUITAI_CACHE/tools/build" cargo-deny)
    rm -rf "$GUITAI_CACHE/tools/build"
  fi
  if [ -z "$(find_chromium)" ]; then
    case $distribution in
    ubuntu-*) npm install --silent --no-audit --no-fund --prefix "$GUITAI_CACHE/chromium" "$chromium_npm" ;;
    esac
  fi
fi

# A second look instead of a hope.
look
for line in "${packages[@]}" "${also[@]}" "${by_hand[@]}"; do say "  still missing: $line"; done
nothing_missing || fail "set-up is not complete"
say "set-up: done"
