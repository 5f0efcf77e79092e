"""What a publish does, worked out from two manifests before the first byte is sent. Everything here is pure.

    output ──▶ Manifest ─┐
    destination ▶ Manifest ─┴─plan──▶ Plan (stages of uploads, deletions last) ──▶ what a destination applies

Files are told apart by their SHA-256 and headers, never by times. What is at the destination and in no manifest of ours
is somebody else's, and stays.

Nothing is imported here: builds ask `kinds` what hosts do with a file, and need nothing of the rest.
"""
