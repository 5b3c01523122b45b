#!/usr/bin/env bash
# Simulated worlds until the time is over, on all processors: simulate.sh [FLAG…], flags as in `caas simulate --help`.
# SECONDS says for how long (60), SEED where to begin (any number; without it each run begins somewhere else).
# Bash counts SECONDS on from what it was given: this is the first thing to be read.
length=$SECONDS
[ "$length" -gt 0 ] || length=60
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ensure_rust
say "Building the simulation (minutes the first time)"
cargo build --locked --quiet --profile simulate -p caas-simulation
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
say "Worlds from seed $seed on, for $length s"
exec target/simulate/caas-simulate --seed "$seed" --seconds "$length" "$@"
