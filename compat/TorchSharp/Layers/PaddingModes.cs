namespace TorchSharp;

/// <summary>What stands beyond the edge of an input; the numbers are the package's.</summary>
public enum PaddingModes
{
    Zeros = 0,
    Reflect = 1,
    Replicate = 2,
    Circular = 3,
    Constant = 4,
}
