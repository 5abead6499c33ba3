namespace MLTransfer.Models.Families;

/// <summary>The channels that come, the channels in between and those that go; the kernel and stride of the spatial convolution.</summary>
internal sealed record InvertedResidualShape(long Inputs, long Expanded, long Outputs, long Kernel, long Stride)
{
    public bool KeepsShape => Stride == 1 && Inputs == Outputs;
}
