using System.Security.Cryptography;
using System.Text;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Pictures with the class of each, as an index among the labels.</summary>
internal sealed record PictureSet(IReadOnlyList<PictureSource> Pictures, IReadOnlyList<int> Labels)
{
    public int Count => Pictures.Count;

    /// <summary>How many pictures there are, and a hash of their names and classes in order: another set has another one.</summary>
    public string Fingerprint
    {
        get
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', Pictures.Zip(Labels, (picture, label) => $"{label} {picture.Name}")));
            return $"{Count} ({Convert.ToHexStringLower(SHA256.HashData(text))[..12]})";
        }
    }

    public PictureSet At(IReadOnlyList<int> indices) => new([.. indices.Select(index => Pictures[index])], [.. indices.Select(index => Labels[index])]);
}
