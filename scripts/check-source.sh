#!/usr/bin/env bash
# What the compiler does not see: HTML that leptos would not escape, and paths of somebody's machine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

failed=0
# complain WHY HITS
complain() {
  [ -z "$2" ] && return
  printf '✗ %s\n%s\n' "$1" "$2"
  failed=1
}

# Tracked files and new ones, less what is listed as removed but not yet committed.
files() { git ls-files -z --cached --others --exclude-standard -- "$@" | xargs -0 -r ls -d 2>/dev/null | sort -u; }
search() { local pattern=$1; shift; files "$@" | tr '\n' '\0' | xargs -0 -r grep -nHE -e "$pattern" -- 2>/dev/null || true; }

complain "leptos does not escape the children of <textarea> and <noscript>, nor inner_html: use ui::text_area::TextArea" \
  "$(search '<textarea|<noscript|inner_html' 'app/*.rs' 'server/*.rs' 'frontend/*.rs' | grep -vE '^app/src/ui/text_area\.rs:|^[^:]+:[0-9]+: *//' || true)"

# The folder this tree stands in, and home folders, have no place in the project.
above=$(dirname "$PWD")
if [ "$above" != / ]; then
  complain "Paths of this machine" "$(files . | tr '\n' '\0' | xargs -0 -r grep -nHIF -e "$above/" -- 2>/dev/null || true)"
fi
complain "Paths of somebody's home" \
  "$(search '(^|[^A-Za-z0-9_.~/-])/(root|home/[a-z]+)/' . | grep -vE '^(Cargo|end2end/package-lock)\.' || true)"

exit "$failed"
