using System.Security.Cryptography;
using System.Text;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Images with the class of each, as an index among the labels.</summary>
/// <param name="Images">The images.</param>
/// <param name="Labels">The class of each.</param>
/// <param name="Weights">What each counts for in training; null where all count the same.</param>
internal sealed record ImageSet(IReadOnlyList<ImageSource> Images, IReadOnlyList<int> Labels, IReadOnlyList<float>? Weights = null)
{
    public int Count => Images.Count;

    /// <summary>How many images there are, and a hash of their names, classes and weights in order: another set has another one.</summary>
    public string Fingerprint
    {
        get
        {
            byte[] text = Encoding.UTF8.GetBytes(
                string.Join('\n', Images.Select(
                (image, index) => $"{Labels[index]} {image.Name}{(Weights is null ? "" : $" {Weights[index]:R}")}")));
            return $"{Count} ({Convert.ToHexStringLower(SHA256.HashData(text))[..12]})";
        }
    }

    public ImageSet At(IReadOnlyList<int> indices) =>
        new([.. indices.Select(index => Images[index])], [.. indices.Select(index => Labels[index])],
        Weights is null ? null : [.. indices.Select(index => Weights[index])]);
}
