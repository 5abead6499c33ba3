// torch draws from one generator and computes on all processors: tests side by side would change each other's random numbers and gain
// nothing.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
