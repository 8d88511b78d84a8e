"""Providers: what their libraries exported, version by version, and what that means for those who are linked with them.

One sentence: *read* the libraries of the published wheels (`published`, kept in `cache`) into a `history`, *hold* what
a consumer takes against it (`ranges`), or a new release against the last (`gate`), and *write* it as Debian does
(`debian`).
"""
