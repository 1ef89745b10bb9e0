#!/bin/bash
# Resolves requirements.in of a release to upper-constraints.txt with uv (pip install uv), as of the release's day:
# point releases of its services are newer, the libraries under them are those that it was published with.
#
#   resolve.sh 2026.1
set -euo pipefail
cd "$(dirname "$0")/${1:?usage: resolve.sh RELEASE}"

# Python is the one of the Debian that the images of this release are made from.
case $1 in
  2025.2) day=2025-10-01 python=3.11 ;;
  2026.1) day=2026-04-01 python=3.13 ;;
esac

newer=()
for service in $(sed -nE 's/^([a-z-]+)(\[.*\])?==.*/\1/p' requirements.in); do
  newer+=(--exclude-newer-package "$service=$(date --iso-8601)")
done
uv pip compile --quiet --no-header --no-annotate --python-version "$python" --python-platform linux \
  --exclude-newer "$day" "${newer[@]}" --output-file upper-constraints.txt requirements.in
