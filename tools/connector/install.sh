#!/usr/bin/env bash
# Puts confluent-kafka into .data/connector, where the test of the connector over Kafka finds it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=.data/connector
python3 -m venv "$target"
"$target/bin/pip" install --quiet --disable-pip-version-check -r tools/connector/requirements.txt
