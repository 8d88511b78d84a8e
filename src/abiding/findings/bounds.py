"""Limits on how much of other people's files is read and shown, in one table.

A command needs at most 10 seconds and 64 MiB above its start for a hostile input of 1 MiB. *Worst* is the maximum
measured for inputs at the limit: CPU seconds, and memory above the start. `scripts/fuzz` prints these for files,
`scripts/fuzz answers` for the answers of an index.
"""

from __future__ import annotations

# Bytes of a pyproject.toml. tomllib takes a hundred times as many of some; the largest that people write have 60 KiB.
# Worst: 5.2 s, 56 MiB (lines for one distribution, in [project] and for wheels).
PYPROJECT = 256 << 10
# Parts of one key, or of the head of a table: `a.b.c` has three. tomllib takes time by their square.
KEY_PARTS = 100
# Bytes of a METADATA or PKG-INFO, and lines of fields in it: one byte of a hostile one can take a hundred in memory.
# Worst: 2.6 s (short lines of a description that differ), 48 MiB (quotes in the names of people).
METADATA, METADATA_LINES = 2 << 20, 20_000
# Bytes of a file in an archive that is looked at for what it says and has no bound of its own.
MEMBER = 16 << 20
# Names of fields in one METADATA: there are about forty, and seventeen in the longest of those that were looked at.
# Worst: 0.1 s, 4 MiB.
METADATA_NAMES = 100
# Bytes of a variant.json: a page of text.
VARIANT = 1 << 20
# Bytes of a WHEEL; real ones have 10 KiB at most.
# Worst: 0.1 s, 17 MiB (compressed sets of tags).
WHEEL = 1 << 20
# Rows that a RECORD may have for each member of its wheel, beside a thousand; real ones have one.
# Worst: 0.1 s, 22 MiB.
RECORD_ROWS = 2
# Bytes of an abiding.json, and values in it: each is an object of its own.
# Worst: 0.2 s, 22 MiB (lists in lists).
BUILD_RECORD, BUILD_RECORD_VALUES = 4 << 20, 200_000
# Bytes from the beginning of a Python file that are looked at: no package has a longer way to its own libraries. They
# are fewer where it is packed more densely than what people write, but for a size that is harmless in any number.
# Worst: 0.4 s, 21 MiB (strings without end).
MODULE, MODULE_DENSITY, MODULE_HARMLESS = 1 << 20, 20, 4 << 10
# Calls in the Python files of one distribution that open libraries.
OPENINGS = 10_000
# Requirements of a dependency group, with those of the groups that it includes, which multiply.
GROUP = 1000
# Groups that include each other, one in the next: Python calls itself for each.
GROUPS_DEEP = 100
# Characters of one glob over tags, and globs of one declaration.
GLOB, GLOBS = 100, 1000
# Globs of one declaration of which it is worked out whether they match any tag, and which is meant by one that doesn't.
GLOBS_MATCHED = 30
# Characters of one requirement: a marker takes some thousand times as much to be understood. The longest have 500.
REQUIREMENT = 8000
# Bytes of all fields of a METADATA that say what it requires; the longest that were looked at have 20 KiB.
# Worst: 3.8 s (lines in sdist and wheel, all of one distribution), 54 MiB (10,000 lines in each, of others each).
REQUIREMENTS = 192 << 10
# Bytes that all files of a command may take in memory for what they say, and how many for each byte of theirs where
# that is more. The largest are left out, and named.
# Worst: 8.6 s (23 declarations of 20,000 entries), 61 MiB (77 wheels of 5,000 requirements).
TOGETHER, TOGETHER_DENSITY = 16 << 20, 10
# Faults of one declaration that are told in full.
FAULTS = 100
# Characters of a line of pyproject.toml that are quoted.
EXCERPT = 200
# Names that one message lists.
LISTED = 20
# Lines for one distribution that are looked at where together they admit no version.
LINES_FOR_ONE = 2000
# And of which each is held against each version that compiled files refuse.
LINES_ADMITTING = 500
# Lines for one distribution that are compared with each other, two by two; of more, those that are made in the same
# environments are taken together, and so many of these are compared.
LINES_OF_ONE, PARTS_OF_ONE = 8, 32
# Specifiers of a requirement; the longest that are published have about twenty. And of one that is held against
# another clause by clause.
SPECIFIERS, CLAUSES = 1000, 64
# Specifiers that are held against each other by a sample of versions, where `packaging` has no ranges.
SAMPLED = 32
# Different `select` for one distribution, of which it is worked out which wheels they are for together.
# Worst: 2.7 s, 7 MiB.
SELECTS = 16
# Names among which a similar one is looked for.
CLOSE_NAMES = 100

# Bytes that are kept of what a program says that runs for us: its beginning and its end.
OUTPUT = 1 << 20

# What an index may do.
# Seconds for everything that a command reads from it; and until an answer begins, and until one goes on that is not
# coming in at a thousand bytes a second.
INDEX = 600
ANSWER = 60
# Redirects from one URL, and requests for parts of one file; most wheels take two.
REDIRECTS = 10
RANGES = 32
# Bytes of the page of a project, of one value in it, and files in it; the largest have about 15 MB and 20,000 files.
# Worst: 6.8 s (6,800 wheels that are not there), 21 MiB (3,500 wheels of one release: 8.2 s, with their metadata).
INDEX_PAGE = 64 << 20
INDEX_VALUE = 1 << 20
INDEX_FILES = 50_000
# Characters of the name of a file: no file system takes more.
FILENAME = 255

# What is read of a provider on an index.
# Versions, the newest first.
# Worst: 4.8 s (1,700 libraries in one wheel), 13 MiB (one of 20,000 symbols).
EDITIONS = 200
# Versions that are looked at for a library of which the newest one has not even another version.
FURTHER = 20
# Bytes of one library in a wheel, as far as it is packed like code (below), and of the list of files of a wheel.
# Worst: 0.5 s (a RECORD of one row), 12 MiB (140,000 rows; a library of zeros).
LIBRARY, RECORD = 1 << 30, 16 << 20
# Headers of one wheel that are read, and bytes of them; and bytes in memory of what they declare.
# Worst: 48 MiB (as many declarations as are taken, of two releases).
HEADERS, HEADER_BYTES, DECLARED = 1000, 12 << 20, 8 << 20
# What the parser may have in memory, and write into one file; and seconds of a processor for all headers of a wheel,
# more than for any other input: those of pyarrow take all of them.
PARSER, PARSED, PARSING = 2 << 30, 64 << 20, 60
# And seconds for one of them: what does not end is one header less, and no more.
PARSING_ONE = 15
# Bytes that are kept of it in the user's cache folder, and of one library there, unpacked.
# Worst: those of EDITIONS, whose libraries are kept, and 0.1 s to throw away ten thousand entries.
CACHE, CACHED = 256 << 20, 256 << 20

# Bytes of a list of releases of which a survey is made: a line for each project of the public index has 15 MB.
# Worst: 0.2 s, 16 MiB (145,000 names), before the first of them is asked for.
RELEASES = 64 << 20

# Findings about one release that people are shown; programs get them all.
# Worst: those of requirements, above.
FINDINGS = 1000
# Characters of one line that are shown on a screen, in as many lines as it takes; and on a page.
SHOWN = 2000
SHOWN_ON_PAGE = 20_000
# Lines of two texts among which the most that they have in common is looked for.
# Worst: 2.6 s, 20 MiB.
DIFF_LINES = 1000
# Tags that the name of a wheel may stand for: sets multiply. The largest sets that there are make about fifty.
TAGS = 1000
# For how many Pythons and machines the modules of one wheel may be compiled: each is held against each tag. Of 240 real
# wheels one has eight; most have one.
TARGETS = 50

# What compiled code may say, and code beside it.
# Members compressed more than this are meant to exhaust memory, unless their size is harmless; code is compressed to a
# third.
# Worst: 0.2 s, 45 MiB (a PE file of zeros).
CODE_DENSITY, CODE_HARMLESS = 40, 40 << 20
# How often the loader is played through to look for a file: wheels of graphical toolkits need up to 150,000.
LOOKS = 500_000
# Libraries that the files of a wheel need, all in all: those of the same toolkits name 5,000.
NEEDS = 50_000
# Calls in one Python file that are looked into, for what they open.
# Worst: 0.4 s, 8 MiB.
CALLS = 200
