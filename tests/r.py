"""R, where it is: real, as analyses use it."""

import os
import shutil

RSCRIPT = shutil.which("Rscript")
NO_R = "no R here: `sudo apt-get install r-base-core r-cran-survival r-cran-data.table`"
if RSCRIPT is None and os.environ.get("CI", "").lower() == "true":
    raise RuntimeError(NO_R)
