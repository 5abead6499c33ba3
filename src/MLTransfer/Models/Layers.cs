namespace MLTransfer;

/// <summary>Which layers of the backbone are trained together with the new head.</summary>
public sealed record Layers
{
    private Layers(string? first) => First = first;

    /// <summary>Every layer.</summary>
    public static Layers All { get; } = new((string?)null);

    /// <summary>None: the backbone is frozen, and the new head alone is trained, on images that augmentation may change.</summary>
    public static Layers Head { get; } = new("head");

    /// <summary>The first layer that is trained; <see langword="null"/> for all of them, <c>head</c> for none.</summary>
    public string? First { get; }

    /// <summary>The named layer group and all after it.</summary>
    /// <param name="layer">A layer group as <c>mlt models NAME</c> lists them: <c>layer4</c>, <c>features.20</c>, <c>features</c>.</param>
    public static Layers From(string layer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(layer);
        return new Layers(layer);
    }
}
