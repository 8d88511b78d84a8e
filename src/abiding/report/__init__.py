"""Findings for people and for programs.

A module that is named after a format renders releases in it: `render`. One that is named after a subject has `as_text`
and `as_json`, or `forms`, where there are several formats beside the text.
"""
