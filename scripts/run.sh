#!/usr/bin/env bash
# Builds what is missing and starts the app with the demo world and the built-in sandbox.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export PORT=${PORT:-3000}
export DATABASE_URL=${DATABASE_URL:-sqlite:data/caas.db}

port_is_free "$PORT" || die "Port $PORT is in use: choose another with: make run PORT=3001"
scripts/build.sh
mkdir -p data

welcome() {
  local i
  for ((i = 0; i < 600; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    if answers "$PORT" /readyz; then
      printf '\n'
      say "CaaS is running: http://localhost:$PORT   (stop it with Ctrl+C)"
      if [ "${CAAS_ENV:-}" != production ]; then
        printf '  Sandbox (outside systems, sent mail, clock): http://localhost:%s/sandbox\n' "$PORT"
        # Of a database that is not the demo world it says nothing.
        target/debug/caas demo-accounts 2>/dev/null || true
      fi
      return 0
    fi
    sleep 0.2
  done
}
welcome $$ &
# The server migrates by itself, and loads the demo world when the database is new.
exec target/debug/caas serve
