"""What tests, benchmarks, fuzzing and the pages on lock files make: archives, projects, indexes, environments."""
