"""Reading sources: what is installed, folders, archives, releases of the package index, git repositories.

`loading` is the way in. Bytes stay bytes here; harvested code is never imported or run.
"""
