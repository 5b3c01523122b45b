#!/usr/bin/env bash
# Builds what is missing and starts the app with the demo world and the built-in sandbox.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export PORT=${PORT:-3000}
export DATABASE_URL=${DATABASE_URL:-sqlite:data/caas.db}

port_is_free "$PORT" || die "Port $PORT is in use: choose another with: make run PORT=3001"
scripts/build.sh
mkdir -p data

# The server migrates by itself, and loads the demo world when the database is new.
exec target/debug/caas serve
