#!/usr/bin/env bash
# Prints who can sign in to the demo world.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
target/debug/caas demo-accounts
