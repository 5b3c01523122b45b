# shellcheck shell=bash
# What the scripts share: the tools, where to find them and how to bring them. Sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_LEPTOS_VERSION=0.3.10
TOOLS=$PWD/target/tools

# Fresh installs of rustup are not on the PATH of a shell that was open before; our own tools win over others.
[ -d "$HOME/.cargo/bin" ] && PATH=$PATH:$HOME/.cargo/bin
export PATH=$TOOLS/bin:$PATH
# The scripts and cargo-leptos must agree on where the build goes.
unset CARGO_TARGET_DIR
# The debug server reads these at run time; the release build is told the same.
export LEPTOS_OUTPUT_NAME=caas LEPTOS_SITE_ROOT=target/site LEPTOS_SITE_PKG_DIR=pkg LEPTOS_HASH_FILES=true

say() { printf '\033[1m▸ %s\033[0m\n' "$*"; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian packages, as root; everybody else is told in one line what is missing.
# apt_install WHAT_FOR PACKAGE…
apt_install() {
  local reason=$1; shift
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then as_root=(sudo -n); fi
  fi
  if ! have apt-get || { [ "$(id -u)" -ne 0 ] && [ ${#as_root[@]} -eq 0 ]; }; then
    die "Missing for $reason: install it with: sudo apt-get install $*"
  fi
  say "Installing $* for $reason (about a minute)"
  local log=target/apt.log
  mkdir -p target
  "${as_root[@]}" apt-get update >"$log" 2>&1 || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; die "apt-get could not install $*"; }
}

ensure_rust() {
  have cargo || die "Rust is missing: install it from https://rustup.rs and start again"
  have cc || apt_install "compiling SQLite" gcc libc6-dev
}

ensure_wasm_target() {
  local libraries
  libraries=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || true)
  if compgen -G "$libraries/libstd-*.rlib" >/dev/null; then return; fi
  have rustup || die "The Rust standard library for wasm32-unknown-unknown is missing, and there is no rustup to bring it"
  say "Bringing Rust's WASM target (seconds)"
  rustup target add wasm32-unknown-unknown
}

# The tool must be of the very version of the crate.
wasm_bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock; }

# install_tool CRATE VERSION HOW_LONG FLAG…: into target/tools, with settings that compile fast.
install_tool() {
  local crate=$1 version=$2 minutes=$3; shift 3
  say "Installing $crate $version into target/tools, once (about $minutes minutes on two cores)"
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_TARGET_DIR=$TOOLS/build \
    cargo install "$crate" --version "$version" --root "$TOOLS" --quiet "$@"
  rm -rf "$TOOLS/build"
}

ensure_leptos_tools() {
  local bindgen
  bindgen=$(wasm_bindgen_version)
  if [ "$(wasm-bindgen --version 2>/dev/null || true)" != "wasm-bindgen $bindgen" ]; then
    # Without --locked: the lock file published with it names a version that is gone.
    install_tool wasm-bindgen-cli "$bindgen" 3
  fi
  if [ "$(cargo leptos --version 2>/dev/null || true)" != "cargo-leptos $CARGO_LEPTOS_VERSION" ]; then
    install_tool cargo-leptos "$CARGO_LEPTOS_VERSION" 8 --locked --features no_downloads
  fi
}

ensure_node() {
  local version
  version=$(node --version 2>/dev/null || true)
  version=${version#v}
  if [ "${version%%.*}" -ge 18 ] 2>/dev/null && have npm; then return; fi
  apt_install "the browser tests" nodejs npm
}

# The npm packages of end2end/, as locked.
ensure_npm_packages() {
  ensure_node
  local stamp=end2end/node_modules/.installed
  if [ -f "$stamp" ] && [ ! end2end/package-lock.json -nt "$stamp" ]; then return; fi
  say "Installing the npm packages of end2end/ (seconds)"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix end2end --no-fund --no-audit --loglevel=error
  touch "$stamp"
}

# Prints the Chromium to test with, or nothing.
find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    if [ -n "$candidate" ] && have "$candidate"; then command -v "$candidate"; return; fi
  done
}

ensure_chromium() {
  if [ -z "$(find_chromium)" ]; then apt_install "the browser tests" chromium fonts-liberation; fi
  CHROMIUM=$(find_chromium)
  export CHROMIUM
}

# Prints the folder of initdb and pg_ctl, or nothing.
find_postgres() {
  if have initdb && have pg_ctl; then dirname "$(command -v initdb)"; return; fi
  compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 | xargs -r dirname
}

ensure_postgres() {
  if [ -z "$(find_postgres)" ]; then apt_install "the tests on PostgreSQL" postgresql; fi
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if port_is_free "$port"; then echo "$port"; return; fi
  done
}

# answers PORT PATH: whether http://127.0.0.1:PORT/PATH answers 200.
answers() {
  local status
  status=$( (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3 &&
    head -n 1 <&3) 2>/dev/null | tr -d '\r' || true)
  [[ $status == HTTP/1.?\ 200* ]]
}
