namespace MLTransfer.Cli.Bench.Backbones;

/// <summary>All backbones that were compared, and with what.</summary>
internal sealed record BackboneReport(
    string Torch, string Torchvision, int Threads, int Rounds, IReadOnlyList<BackboneComparison> Backbones);
