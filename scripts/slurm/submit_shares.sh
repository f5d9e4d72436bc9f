#!/usr/bin/env bash
# Submits a recovery as an array of shares, and the merge that makes the files of them.
#   scripts/slurm/submit_shares.sh SHARES JOBS OUTPUT SCAN...  [OSTRACON=program, SBATCH_*]
# Given again after a failure, it goes on with the jobs in JOBS. Prints the number of the merge.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $# -lt 4 ]]; then
  sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
shares=$1 jobs=$2 output=$3
shift 3
array=$(sbatch --parsable --array="1-$shares" "$here/shares.sbatch" "$jobs" "$@")
sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes \
  "$here/merge.sbatch" "$jobs" "$shares" "$output"
