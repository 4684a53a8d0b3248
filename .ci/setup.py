"""Make .venv from the lock file. Needs Python 3 and nothing else; run by ``make setup``.

With the word ``tests``: also what tests need besides, which are PostgreSQL, H2, R and
more.

Gets uv if it isn't there: by pip into Strongroom's cache folder, which a Debian-managed
Python allows; as root on Debian, pip itself by apt-get if need be. Names what it installs.
"""

import glob
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDS = ">=3.11"
ENGINES = {
    "bwrap": ("bubblewrap",),
    "podman": ("podman", "uidmap", "slirp4netns", "fuse-overlayfs", "runc"),
    "sbatch": ("slurm-wlm", "munge"),
}
R = ("r-base-core", "r-cran-data.table", "r-cran-survival")
NO_CLUSTER = "/etc/postgresql-common/createcluster.d/strongroom.conf"


def cache_folder():
    """As in job_runner.executors.engine, which isn't installed yet."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(
        os.path.expanduser("~"), ".cache"
    )
    return os.environ.get("STRONGROOM_CACHE") or os.path.join(caches, "strongroom")


def stop(problem, remedy):
    sys.exit("make setup: {}\n  {}".format(problem, remedy))


def run(*command, **environment):
    return subprocess.call(command, env=dict(os.environ, **environment))


def works(*command):
    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call(command, stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def find_uv():
    """One on PATH may be a shim that starts nothing, so it is tried."""
    ours = os.path.join(cache_folder(), "uv", "bin", "uv")
    found = (shutil.which("uv"), ours)
    return next((uv for uv in found if uv and works(uv, "--version")), None)


def get_uv():
    pip = (sys.executable, "-m", "pip")
    if not works(*pip, "--version"):
        get_pip()
    target = os.path.join(cache_folder(), "uv")
    print("Installing uv into {}".format(target))
    options = ("--quiet", "--disable-pip-version-check", "--upgrade", "--target", target)
    if run(*pip, "install", *options, "uv", PIP_ROOT_USER_ACTION="ignore") != 0:
        stop(
            "pip couldn't install uv.",
            "Install uv (https://docs.astral.sh/uv), then try again.",
        )
    return find_uv() or stop("uv doesn't run here.", "See https://docs.astral.sh/uv.")


def get_pip():
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        stop(
            "there is neither uv nor pip.",
            "Run `sudo apt-get install python3-pip`, or install uv (https://docs.astral.sh/uv).",
        )
    if not apt_installs(apt, "python3-pip"):
        stop(
            "apt-get couldn't install python3-pip.", "Install it yourself, then try again."
        )


def apt_installs(apt, *packages):
    print("Installing {} with apt-get".format(" ".join(packages)))
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    options = ("-qq", "-o", "Dpkg::Use-Pty=0")
    install = ("install", "-y", "--no-install-recommends", *packages)
    return (
        run(apt, *options, "update", **quiet) == 0
        and run(apt, *options, *install, **quiet) == 0
    )


def get_postgresql():
    """For tests, which start servers of their own: Debian's usual one isn't wanted."""
    if shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        print("Tests on PostgreSQL are skipped: `sudo apt-get install postgresql` has it")
        return
    os.makedirs(os.path.dirname(NO_CLUSTER), exist_ok=True)
    with open(NO_CLUSTER, "w") as settings:
        settings.write("create_main_cluster = false\n")
    try:
        if not apt_installs(apt, "postgresql"):
            stop("apt-get couldn't install postgresql.", "Its reason stands above.")
    finally:
        os.remove(NO_CLUSTER)


def get_orafce():
    """For tests of what Oracle is sent, on the newest PostgreSQL that is installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    versions = sorted((path.split("/")[4] for path in found), key=float)
    there = "/usr/share/postgresql/{}/extension/orafce.control"
    if not versions or os.path.exists(there.format(versions[-1])):
        return
    package = "postgresql-{}-orafce".format(versions[-1])
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        print(
            "Some tests of Oracle's SQL are skipped: `sudo apt-get install " + package + "`"
        )
    elif not apt_installs(apt, package):
        stop("apt-get couldn't install orafce.", "Its reason stands above.")


def get_h2():
    """For tests of what Oracle is sent: a database that reads it, and Java's compiler."""
    missing = [] if os.path.exists("/usr/share/java/h2.jar") else ["libh2-java"]
    missing += [] if shutil.which("javac") else ["default-jdk-headless"]
    apt = shutil.which("apt-get")
    if not missing:
        return
    if apt is None or os.geteuid() != 0:
        print(
            "Tests of Oracle's SQL are skipped: `sudo apt-get install {}`".format(
                " ".join(missing)
            )
        )
    elif not apt_installs(apt, *missing):
        stop("apt-get couldn't install H2.", "Its reason stands above.")


def get_ssh():
    """For requests, which are signed with SSH keys."""
    if shutil.which("ssh-keygen"):
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        print("Requests can't be signed: `sudo apt-get install openssh-client` has it")
    elif not apt_installs(apt, "openssh-client"):
        stop("apt-get couldn't install openssh-client.", "Its reason stands above.")


def get_r():
    """For tests of the functions that write claims from R."""
    if shutil.which("Rscript"):
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        print("Tests of R are skipped: `sudo apt-get install {}`".format(" ".join(R)))
    elif not apt_installs(apt, *R):
        stop("apt-get couldn't install R.", "Its reason stands above.")


def get_engines():
    """For tests of boxes by other engines than Docker, and by Slurm."""
    missing = [
        p for program in ENGINES if not shutil.which(program) for p in ENGINES[program]
    ]
    apt = shutil.which("apt-get")
    if not missing:
        return
    if apt is None or os.geteuid() != 0:
        print(
            "Tests of other engines are skipped: `sudo apt-get install {}`".format(
                " ".join(missing)
            )
        )
    elif not apt_installs(apt, *missing):
        stop("apt-get couldn't install them.", "Its reason stands above.")


def sync(uv):
    """Without downloading a Python: the one that is there, if new enough."""
    os.environ.pop("VIRTUAL_ENV", None)
    os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
    if not works(uv, "python", "find", "--no-project", NEEDS):
        stop(
            "Strongroom needs Python 3.11 or newer, and there is none here.",
            "Run `sudo apt-get install python3.11` or `{} python install 3.11`.".format(uv),
        )
    environment = os.path.join(ROOT, ".venv")
    code = run(
        uv,
        "sync",
        "--quiet",
        "--frozen",
        "--project",
        ROOT,
        UV_PROJECT_ENVIRONMENT=environment,
    )
    if code != 0:
        stop("uv couldn't install what Strongroom needs.", "Its reason stands above.")
    print("Strongroom is set up in {}".format(environment))


if __name__ == "__main__":
    sync(find_uv() or get_uv())
    get_ssh()
    if "tests" in sys.argv[1:]:
        get_postgresql()
        get_orafce()
        get_h2()
        get_r()
        get_engines()
