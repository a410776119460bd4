"""The paper of a plan: what its notice and its hand-over lists say, and both as files to take away."""
