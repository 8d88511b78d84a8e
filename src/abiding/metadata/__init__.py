"""Core metadata: METADATA and PKG-INFO, requirements and markers in meaning, and where two files differ."""
