#!/usr/bin/env bash
# Release build, then one table: response times, memory, page weight, purchases a second beside what the disk allows, a
# night of 200,000 subscriptions, and what a full database costs.
# bench.sh [pages] [purchases] [desk] [sales] [billing] [growth] [sqlite] [postgresql] [--quick]; without names everything.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/build.sh --release
# As the build has it, so that nothing is compiled twice.
export CARGO_ENCODED_RUSTFLAGS=
say "Building the benchmark (minutes the first time)"
cargo bench --locked -p caas-server --bench measure --no-run

processor=$(awk -F ': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)
memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
say "Measuring on $(nproc) × ${processor:-$(uname -m)}, $memory GiB, $(uname -sr), $(rustc --version | cut -d ' ' -f 1,2): about 40 minutes"
say "Load of the machine before: $(cut -d ' ' -f 1-3 /proc/loadavg). Other work disturbs every figure."
scripts/with-postgres.sh --durable cargo bench --locked --quiet -p caas-server --bench measure -- "$@"
