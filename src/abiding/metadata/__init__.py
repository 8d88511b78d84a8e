"""Core metadata: METADATA and PKG-INFO, the meaning of requirements and markers, and differences."""
