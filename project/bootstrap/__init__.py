"""Set-up with nothing but the standard library: database, Python packages, browser files, and the commands on them."""
