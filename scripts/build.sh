#!/usr/bin/env bash
# Builds the server and the site (WASM, CSS, assets): target/debug/caas and target/site, or with --release the
# optimised ones. Does nothing when no source has changed since the last time: cargo-leptos itself needs seconds to see that.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

profile=debug
[ "${1:-}" = --release ] && profile=release
# Both profiles write target/site, so the last one built is what it holds.
stamp=target/site.stamp

# What decides the build: everything in the tree that is not a product, a test or a page for people.
fingerprint() {
  echo "$profile"
  rustc --version
  find . \( -path ./target -o -path ./data -o -path ./end2end -o -path ./scripts -o -path ./.git -o -path ./.ci \
    -o -path ./docs -o -name tests -o -name benches -o -name node_modules \) -prune \
    -o -type f ! -path './*.md' ! -path ./Makefile ! -path ./.gitignore -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum
}
# Taken before the build: a file saved meanwhile makes the next run build again.
now=$(fingerprint | sha256sum)
if [ -x "target/$profile/caas" ] && [ -f "target/$profile/hash.txt" ] && [ -d target/site/pkg ] &&
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$now" ]; then
  exit 0
fi

ensure_rust
ensure_wasm_target
ensure_leptos_tools

# cargo-leptos adds `--cfg erase_components` to RUSTFLAGS of debug builds. With other flags than plain cargo everything
# would be compiled twice, once for the tests and once for the site. This variable, set and empty, wins over RUSTFLAGS.
export CARGO_ENCODED_RUSTFLAGS=
# It looks for a program named like the package, caas-server, unless told.
export LEPTOS_BIN_EXE_NAME=caas
if [ "$profile" = release ]; then
  ensure_npm_packages
  PATH=$PWD/end2end/node_modules/.bin:$PATH
  say "Building the optimised server and site (about 10 minutes the first time on two cores)"
  arguments=(--release --precompress)
else
  if [ -x target/debug/caas ]; then
    say "Building what has changed (under a minute or two)"
  else
    say "Building the server and the site for the first time (about 6 minutes on two cores)"
  fi
  arguments=()
fi
rm -f "$stamp"
# Old hashed files would only pile up.
rm -rf target/site/pkg
# Its own backtraces say nothing about our code.
RUST_BACKTRACE=0 cargo leptos build "${arguments[@]}" --cargo-locked
echo "$now" >"$stamp"
