#!/bin/sh
# For Slurm's "Epilog=" in slurm.conf, on every node. Slurm runs it as root when a job is
# over on the node, however it ended: a container is a child of its engine and not of the
# job, so a job that was killed leaves its container behind. This removes it.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
[ -n "$SLURM_JOB_ID" ] || exit 0
label="label=strongroom.slurm_job=$SLURM_JOB_ID"

if command -v docker >/dev/null 2>&1; then
  left=$(docker ps --all --quiet --filter "$label" 2>/dev/null)
  [ -z "$left" ] || docker rm --force --volumes $left >/dev/null 2>&1
fi
if command -v podman >/dev/null 2>&1 && [ -n "$SLURM_JOB_USER" ] && [ "$SLURM_JOB_USER" != root ]; then
  home=$(getent passwd "$SLURM_JOB_USER" | cut -d: -f6)
  as() { setpriv --reuid "$SLURM_JOB_USER" --regid "$(id -g "$SLURM_JOB_USER")" --init-groups \
    env -i HOME="$home" PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$SLURM_JOB_UID" "$@"; }
  left=$(cd / && as podman --storage-driver overlay ps --all --quiet --filter "$label" 2>/dev/null)
  [ -z "$left" ] || (cd / && as podman --storage-driver overlay rm --force --time 0 $left) >/dev/null 2>&1
fi
exit 0  # anything else would take the node out of service
