using MLTransfer.Benchmarks;
using MLTransfer.Cli;

BenchmarkTree.UsePassiveWaiting();
return await MltApplication.RunProcessAsync(BenchmarkTree.Create, args).ConfigureAwait(false);
