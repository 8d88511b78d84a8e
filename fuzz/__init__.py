"""Input that nobody meant: archives, METADATA and pyproject.toml, damaged and hostile, and what must hold of it.

Whatever the bytes: an `AbidingError` or an answer, in time, in little memory, and no file outside the folder.
`python -m fuzz` goes on for minutes (`scripts/fuzz`); tests/unit/test_fuzz.py does the same for seconds.

The examples come from Hypothesis, not from a fuzzer guided by coverage. Nearly everything here stands behind a checksum
or a length that such a fuzzer would have to guess; the strategies break an archive and then mend its checksums.
"""
