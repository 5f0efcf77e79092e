"""What can be wrong with what was built: rules about the files of an output folder.

    bytes ──parse_markup──▶ Markup ─┐
    what links lead to ─────────────┴─▶ FileFacts ──rules──▶ Problem*
                                            └──────▶ FileSummary* ──▶ FolderFacts ──rules──▶ Problem*

A parser of HTML keeps no lines. So `tags` looks for the line of a finding in the text of the file, and only then. Files
are read in `callsite.outputs`.
"""
