namespace TorchSharp;

/// <summary>How wide a convolution pads: not at all, or so that the output is as large as the input.</summary>
public enum Padding
{
    Valid = 0,
    Same = 1,
}
