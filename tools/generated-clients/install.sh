#!/usr/bin/env bash
# Puts openapi-python-client into .data/generated-clients, where the test of the interface finds it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=.data/generated-clients
python3 -m venv "$target"
"$target/bin/pip" install --quiet --disable-pip-version-check -r tools/generated-clients/requirements.txt
