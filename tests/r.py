"""R, where it is: real, as analyses use it."""

import shutil

from tests.needed import CI

RSCRIPT = shutil.which("Rscript")
NO_R = "no R here: `sudo apt-get install r-base-core r-cran-survival r-cran-data.table`"
if RSCRIPT is None and CI:
    raise RuntimeError(NO_R)
