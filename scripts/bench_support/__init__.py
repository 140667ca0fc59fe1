"""What the benchmarks of the service share: servers, DaCHS, clients."""
