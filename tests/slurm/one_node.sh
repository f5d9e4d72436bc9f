#!/usr/bin/env bash
# The batch scripts of scripts/slurm on a Slurm of one node, started here on the loopback interface.
#   one_node.sh PROGRAM [SOURCE_FOLDER]
# Status 77 (skipped) where Slurm, munge or root are missing.
set -euo pipefail
program=$(readlink -f "${1:?which program?}")
source=$(cd "${2:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd)

skip() {
  echo "Skipped: $1"
  exit 77
}
[[ $EUID -eq 0 ]] || skip "slurmd wants root"
for needed in slurmctld slurmd munged sbatch sinfo squeue; do
  command -v "$needed" >/dev/null || skip "$needed is not installed (Debian: slurm-wlm, munge)"
done

work=$(mktemp -d)
daemons=()
stop() {
  local daemon
  for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
fail() {
  echo "one_node: $1" >&2
  tail -n 30 "$work"/*.log "$work"/*.out >&2 || true
  exit 1
}

host=$(hostname -s)
ports=$((20000 + $$ % 20000))
mkdir -m 755 "$work/munge"
mkdir "$work/state" "$work/spool"
chmod 755 "$work"
head -c 1024 /dev/urandom >"$work/munge/key"
chmod 400 "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
  --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" \
  >"$work/munged.log" 2>&1 &
daemons+=($!)

cat >"$work/slurm.conf" <<CONF
ClusterName=one_node
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$ports
SlurmdPort=$((ports + 1))
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
# Slurm 22.05 insists on a plugin for cgroups, though nothing here uses them: an empty folder will do.
mkdir "$work/cgroups"
printf 'CgroupPlugin=cgroup/v1\nCgroupMountpoint=%s\n' "$work/cgroups" >"$work/cgroup.conf"
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" >"$work/slurmd.log" 2>&1 &
daemons+=($!)

wait_until() { # wait_until SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [[ $SECONDS -lt $end ]] || fail "waited in vain for $what"
    sleep 0.5
  done
}
node_is_idle() { [[ $(sinfo -h -o %T 2>/dev/null) == idle ]]; }
no_job_is_left() { [[ -z $(squeue -h 2>/dev/null) ]]; }
wait_until 60 "the node" node_is_idle

# A plate in two scan files.
cd "$work"
mkdir files scans
for file in 1 2 3 4 5 6 7 8; do head -c 3600 /dev/urandom >"files/$file"; done
"$program" encode files -o master.h5 --page 256x256 >/dev/null
"$program" simulate master.h5 -o scans/a.h5 --profile clean --frames 1 --drop-fields 0-5 >/dev/null
last=$(("$("$program" inspect master.h5 --json | sed -n 's/.*"pages": *\([0-9]*\).*/\1/p')" - 1))
"$program" simulate master.h5 -o scans/b.h5 --profile clean --frames 1 \
  --drop-fields "6-$last" >/dev/null
"$program" recover scans -o whole >/dev/null

export OSTRACON=$program
export SBATCH_OUTPUT=$work/%x-%A.out
"$source/scripts/slurm/submit_shares.sh" 3 jobs shared scans >"$work/submitted.log"
wait_until 300 "the shares and their merge" no_job_is_left
diff -r whole shared || fail "shares and merge gave other files"
echo "one_node: an array of 3 shares and a merge gave the files of one process"

if command -v mpirun >/dev/null && ldd "$program" | grep -q libmpi; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  sbatch --ntasks=4 "$source/scripts/slurm/ranks.sbatch" job ranked scans >"$work/submitted.log"
  wait_until 300 "the ranks" no_job_is_left
  diff -r whole ranked || fail "ranks gave other files"
  echo "one_node: 4 ranks gave the files of one process"
else
  echo "one_node: no MPI in this build, ranks are not tried"
fi
