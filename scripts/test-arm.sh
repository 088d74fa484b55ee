#!/bin/sh
# Tests the kernels for aarch64 under emulation: correctness, never speed. `max` has Arm's SM4 instructions, `cortex-a57`
# has none of them, so between the two every kernel is run. Needs Debian 12 or newer and root; see docs/adr/0007.
set -eu
cd "$(dirname "$0")/.."
work=${XDG_CACHE_HOME:-$HOME/.cache}/guitai/arm64
packages="rustc-web cargo-web qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross"

if [ ! -d /usr/lib/rustlib/aarch64-unknown-linux-gnu ]; then
  echo "to install with apt: $packages"
  echo "to unpack: libstd-rust-web-dev for arm64, into /usr/lib/rustlib"
  dpkg --add-architecture arm64
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $packages
  mkdir -p "$work/deb"
  (cd "$work/deb" && apt-get download -qq libstd-rust-web-dev:arm64)
  for deb in "$work"/deb/*.deb; do dpkg -x "$deb" "$work/root"; done
  cp -r "$work/root/usr/lib/rustlib/aarch64-unknown-linux-gnu" /usr/lib/rustlib/
fi

# The PATH leaves rustup out: its cargo would take the compiler of rust-toolchain.toml, which lacks the target.
export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc CARGO_TARGET_DIR="$work/target"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
for cpu in max cortex-a57; do
  echo "kernels on an emulated $cpu"
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static -cpu $cpu -L /usr/aarch64-linux-gnu"
  /usr/bin/cargo test --locked --target aarch64-unknown-linux-gnu -p guitai-kernels
done
