# Run by mmdebstrap once the packages are unpacked; $1 is the root filesystem.
# No maintainer script has run, so what those would have made is made here.
set -eu
root=$1

cat > "$root/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
END
cat > "$root/etc/group" <<'END'
root:x:0:
nogroup:x:65534:
END

# Copied from the building machine, whose names are nobody's business and differ.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"

ln -s python3 "$root/usr/bin/python"
# Places to mount on, for engines that can't make them in a read-only root.
mkdir -p "$root/workspace" "$root/usr/local/lib/python3.11/dist-packages"

# The root is read-only later: what isn't compiled now is compiled anew in every action.
# One process, no environment and a fixed hash seed, or the bytes differ by machine.
chroot "$root" /usr/bin/env -i LANG=C.UTF-8 PYTHONHASHSEED=0 /usr/bin/python3 \
    -m compileall -q --invalidation-mode unchecked-hash \
    /usr/lib/python3.11 /usr/lib/python3/dist-packages
