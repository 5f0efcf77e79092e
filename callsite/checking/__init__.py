"""Checking the pages of a site: `site` is what commands call, `pages` what a process does with one page, `tasks` what
it is told, and `starting` how it comes to be.

Nothing is imported here: the processes need much less than this one does.
"""
