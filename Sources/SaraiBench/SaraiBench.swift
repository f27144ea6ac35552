// Filled by the benchmarks.
