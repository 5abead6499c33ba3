using MLTransfer.Benchmarks;
using MLTransfer.Cli;

return await MltApplication.RunProcessAsync(BenchmarkTree.Create, args).ConfigureAwait(false);
