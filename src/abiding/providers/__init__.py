"""Providers: what their libraries export, version by version, and what that means for wheels that are linked with them.

The libraries of the published wheels (`published`, kept in `cache`) are read into a `history`. What a consumer takes is
compared with it (`ranges`), a new release is compared with the last one (`promise_check`), and Debian's symbols files
are written from it (`debian`).
"""
