"""What `abiding.evidence` goes by: tables that are renewed, and claims that are tried by installing."""
