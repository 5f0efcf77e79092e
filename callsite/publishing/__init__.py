"""A publish as a whole: `output` reads what was built, `run` brings it to a destination, `opening` finds
the destination that a site's settings mean.
"""
