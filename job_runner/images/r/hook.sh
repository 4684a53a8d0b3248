# Run by mmdebstrap once the packages are set up; $1 is the root filesystem.
set -eu
root=$1

# Copied from the building machine, or different each time; nobody's business.
rm -rf "$root/etc/resolv.conf" "$root/etc/hostname" "$root/etc/machine-id"
rm -rf "$root"/var/log/* "$root"/var/cache/* "$root"/var/lib/apt/lists/*
rm -rf "$root"/usr/share/doc "$root"/tmp/* "$root"/run/*

# Places to mount on, for engines that can't make them in a read-only root.
mkdir -p "$root/workspace" "$root/result"
