"""Where a box's keeper is started: on this machine, or by Slurm on a node."""
