#!/usr/bin/env bash
# Puts schemathesis into .data/contract-fuzz, where the test of the contract finds it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=.data/contract-fuzz
python3 -m venv "$target"
"$target/bin/pip" install --quiet --disable-pip-version-check -r tools/contract-fuzz/requirements.txt
