"""What can be wrong with pages, with a site as a whole and with what was built of it: rules and what they go by.

    Page ──facts──▶ PageFacts ──rules──▶ Problem*
                        └──────▶ PageSummary* ──▶ SiteFacts ──rules──▶ Problem*
    output ──▶ OutputFacts ──rules──▶ Problem*

Every rule is in a literal tuple of the module that is about its subject; `catalogue` has them all, and what reading and
building tell besides. Files are read elsewhere.
"""
