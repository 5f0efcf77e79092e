"""From source trees to example pages: find uses of a symbol, choose, cut, say where they come from, draft the page.

Everything here is pure: it takes texts and gives values. Reading sources is the business of `sources`; looking names
up that of `names`; writing files that of the commands.
"""
