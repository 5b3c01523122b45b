#!/usr/bin/env bash
# All checks and tests, stage by stage, with one summary at the end. STAGES="format clippy" runs only those.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ALL_STAGES=(tools format source clippy rust build browser)
read -ra chosen <<<"${STAGES:-${ALL_STAGES[*]}}"
for stage in "${chosen[@]}"; do
  [[ " ${ALL_STAGES[*]} " == *" $stage "* ]] || die "No stage $stage; there are: ${ALL_STAGES[*]}"
done
logs=target/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log

# Brings all tools before anything runs, so that what can't be installed is said at once.
stage_tools() {
  ensure_rust
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || rustup component add rustfmt clippy ||
    die "Missing: rustfmt and clippy. Install them with: rustup component add rustfmt clippy"
  ensure_node
  ensure_postgres
  ensure_chromium
  ensure_npm_packages
  ensure_wasm_target
  ensure_leptos_tools
}

stage_format() { cargo fmt --all --check || die "Format it with: make fmt"; }

stage_source() { scripts/check-source.sh; }

# Package by package, never --workspace: that would turn on `ssr` and `hydrate` together.
stage_clippy() {
  cargo clippy --locked --all-targets -p caas -p caas-app -p caas-server -p caas-sandbox -p caas-simulation \
    --features caas/ssr,caas-app/ssr -- -D warnings
  # The half of the pages that runs in the browser; in the folder where the site is built, to share that work.
  ensure_wasm_target
  cargo clippy --locked -p caas-frontend --target wasm32-unknown-unknown --target-dir target/front -- -D warnings
}

# Rules, use cases and HTTP. With CAAS_TEST_POSTGRES_URL the use cases run on both engines.
stage_rust() {
  local what=(-p caas -p caas-app -p caas-server -p caas-sandbox -p caas-simulation)
  what+=(--features caas/ssr,caas-app/ssr --locked)
  # Compiled by themselves, so that no other test runs with bugs that were planted on purpose.
  local planted=(-p caas-simulation --features planted-bugs --test planted --locked)
  if cargo nextest --version >/dev/null 2>&1; then
    scripts/with-postgres.sh cargo nextest run "${what[@]}" --no-fail-fast --no-tests=warn
    cargo nextest run "${planted[@]}"
  else
    scripts/with-postgres.sh cargo test "${what[@]}" --no-fail-fast
    cargo test "${planted[@]}"
  fi
}

stage_build() { scripts/build.sh; }

stage_browser() {
  [ -x target/debug/caas ] || die "There is no target/debug/caas: the stage build comes first"
  ensure_npm_packages
  ensure_chromium
  (cd end2end && npx --no-install tsc --noEmit -p . && npx --no-install playwright test)
}

# counts FILE: "passed failed", summed over what nextest, cargo test and Playwright say in the log.
counts() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^ *Summary \[/ || /^test result:/ || /^ +[0-9]+ (passed|failed|flaky)/ {
      line = $0
      gsub(/\([^)]*\)/, "", line)
      while (match(line, /[0-9]+ (passed|failed|flaky|timed out)/)) {
        split(substr(line, RSTART, RLENGTH), word, " ")
        if (word[2] == "passed" || word[2] == "flaky") passed += word[1]; else failed += word[1]
        line = substr(line, RSTART + RLENGTH)
      }
    }
    END { print passed + 0, failed + 0 }'
}

summary=()
all_passed=0 all_failed=0 broken=0
begin=$SECONDS
for stage in "${chosen[@]}"; do
  printf '\n'
  say "$stage"
  start=$SECONDS
  # A shell of its own per stage: `set -e` is without effect in what stands before `||`.
  set +e
  ( set -e; "stage_$stage" ) 2>&1 | tee "$logs/$stage.log"
  status=${PIPESTATUS[0]}
  set -e
  read -r passed failed < <(counts "$logs/$stage.log")
  all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
  verdict=ok
  [ "$status" -eq 0 ] || { verdict=FAILED; broken=1; }
  tests=
  [ $((passed + failed)) -eq 0 ] || tests="$passed passed, $failed failed"
  took=$((SECONDS - start))
  summary+=("$(printf '%-9s %-7s %3d min %02d s  %s' "$stage" "$verdict" $((took / 60)) $((took % 60)) "$tests")")
  # Without its tools nothing after it can run.
  [ "$stage" = tools ] && [ "$status" -ne 0 ] && break
done

printf '\n'
say "Summary"
printf '  %s\n' "${summary[@]}"
took=$((SECONDS - begin))
printf '  %-9s %-7s %3d min %02d s\n\n' all "$([ $broken -eq 0 ] && echo ok || echo FAILED)" $((took / 60)) $((took % 60))
printf '%d passed, %d failed\n' "$all_passed" "$all_failed"
exit "$broken"
