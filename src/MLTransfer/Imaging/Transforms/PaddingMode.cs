namespace MLTransfer.Imaging.Transforms;

/// <summary>What is seen beyond the edges of an image.</summary>
public enum PaddingMode
{
    /// <summary>One colour.</summary>
    Constant,

    /// <summary>The pixels at the edge, repeated.</summary>
    Edge,

    /// <summary>The image in a mirror that stands on its last pixels: <c>c b | a b c | b a</c>.</summary>
    Reflect,

    /// <summary>The image in a mirror that stands behind its last pixels: <c>b a | a b c | c b</c>.</summary>
    Symmetric,
}
