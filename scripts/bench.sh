#!/usr/bin/env bash
# Release build, then three measurements: page weight (Brotli), response times, and commits beside fsyncs a second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

have curl || apt_install "the benchmark" curl
scripts/build.sh --release

folder=$(mktemp -d "${TMPDIR:-/tmp}/caas-bench.XXXXXX")
server=
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

PORT=$(free_port)
export PORT DATABASE_URL=sqlite:$folder/caas.db
begin=$(date +%s%N)
target/release/caas serve >"$folder/log" 2>&1 &
server=$!
until answers "$PORT" /readyz; do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; die "The server ended"; }
  sleep 0.05
done
say "First start, with migrations and the demo world: $((($(date +%s%N) - begin) / 1000000)) ms"

url=http://localhost:$PORT
size() { curl -s -o /dev/null -H 'Accept-Encoding: br, gzip' -w '%{size_download}' "$1"; }

say "Page weight as sent (Brotli)"
for page in / /catalogo /entrar; do
  html=$(curl -s "$url$page")
  bytes=$(size "$url$page") parts=1
  printf '  %-12s %8d  HTML\n' "$page" "$bytes"
  # Scripts, styles and preloads the page names, and the WASM beside the script.
  while read -r asset; do
    weight=$(size "$url$asset")
    printf '  %-12s %8d  %s\n' "" "$weight" "$asset"
    bytes=$((bytes + weight)) parts=$((parts + 1))
  done < <(printf '%s' "$html" | grep -oE '/pkg/[A-Za-z0-9._-]+\.(js|wasm|css)' | sort -u)
  printf '  %-12s %8d  in %d requests\n' "" "$bytes" "$parts"
done

say "Response times of 200 requests, one after another (ms)"
for page in / /catalogo /entrar /readyz; do
  for _ in $(seq 200); do echo "url = \"$url$page\""; echo 'output = /dev/null'; done >"$folder/urls"
  curl -s -K "$folder/urls" -w '%{time_starttransfer}\n' | LC_ALL=C sort -n |
    awk -v page="$page" '{ t[NR] = $1 * 1000 } END { printf "  %-12s median %6.1f   95 %% %6.1f   worst %6.1f\n", page, t[int(NR * 0.5) + 1], t[int(NR * 0.95)], t[NR] }'
done

# What the disk allows beside what the project's own benches make of it.
say "fsync"
begin=$(date +%s%N)
dd if=/dev/zero of="$folder/fsync" bs=4k count=1000 oflag=dsync 2>/dev/null
echo "  $((1000 * 1000000000 / ($(date +%s%N) - begin))) a second, 4 KiB each, in ${TMPDIR:-/tmp}"
if compgen -G 'benches/*.rs' >/dev/null || compgen -G 'server/benches/*.rs' >/dev/null; then
  say "Benchmarks of the code"
  scripts/with-postgres.sh cargo bench --locked -p caas -p caas-server --features caas/ssr --benches
fi
