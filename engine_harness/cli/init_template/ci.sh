#!/usr/bin/env bash
# The merge gate, for any CI that has run-harness installed. Exit code 0: every scenario passes;
# 1: one fails; 2: a manifest is wrong. Keep the folder artifacts/ of a failed job: its records hold
# all that happened.
set -eu
cd "$(dirname "$0")"
exec run-harness "$@"
