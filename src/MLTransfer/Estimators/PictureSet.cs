using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Pictures with the class of each, as an index among the labels.</summary>
internal sealed record PictureSet(IReadOnlyList<PictureSource> Pictures, IReadOnlyList<int> Labels)
{
    public int Count => Pictures.Count;

    public PictureSet At(IReadOnlyList<int> indices) => new([.. indices.Select(index => Pictures[index])], [.. indices.Select(index => Labels[index])]);
}
