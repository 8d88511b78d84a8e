"""Reports on findings, for people and for programs.

A module named after a format renders releases in it: `render`. One named after a subject has `as_text` and `as_json`,
or `forms`, where there are more formats.
"""
