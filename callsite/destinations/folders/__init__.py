"""Folders of releases, on this machine or behind ssh: a site changes by one symbolic link.

    releases   what such a folder looks like and what has to be done to it, for both
    directory  on this machine; its steps are those of a `Yard`, which reaches files through a `Tree`
    ssh        behind ssh; its steps are `ssh_scripts`, run by a `Session`, and rsync

One that publishes here and one that comes by ssh may take turns at one folder.
"""
