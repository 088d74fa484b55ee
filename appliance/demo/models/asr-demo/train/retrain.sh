#!/bin/sh
# Trains the demo acoustic model again and writes its manifest: about 20 minutes on one core.
# Usage: retrain.sh [OUT_DIR] (default: the model's own folder). Needs Debian's espeak-ng and python3-venv.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/..}
work=${WORK_DIR:-$(mktemp -d)}
command -v espeak-ng >/dev/null || { echo "espeak-ng is missing: apt install espeak-ng" >&2; exit 1; }
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet -r "$here/requirements.txt"
python="$work/venv/bin/python"
"$python" "$here/sentences.py" "$work" "${SENTENCES:-9000}"
cp "$here/new_wording.txt" "$work/new_wording.txt"
"$python" "$here/speech.py" "$work" "$(nproc)"
# shellcheck disable=SC2086 # options are meant to be split
"$python" "$here/train.py" "$work" "$out" ${TRAIN_OPTIONS:-}
"$python" "$here/manifest.py" "$out"
