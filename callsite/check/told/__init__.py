"""What reading a page, building a site, publishing it and fetching inventories tell: problems that are found on the
way, without a rule to go and look for them.
"""
