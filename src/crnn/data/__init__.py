"""Records in, batches out: reading, splitting, checking, caching and batching of examples."""
