"""Child processes: how they are started, what goes through their pipes, and what forks them."""
