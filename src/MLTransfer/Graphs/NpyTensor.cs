using MLTransfer.Files;
using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>Turns NumPy's arrays into tensors and back.</summary>
internal static class NpyTensor
{
    private static readonly (string Npy, ScalarType Torch)[] Types =
    [
        ("f2", ScalarType.Float16), ("f4", ScalarType.Float32), ("f8", ScalarType.Float64), ("u1", ScalarType.Byte),
        ("i1", ScalarType.Int8), ("i2", ScalarType.Int16), ("i4", ScalarType.Int32), ("i8", ScalarType.Int64), ("b1", ScalarType.Bool),
    ];

    /// <summary>Reads an .npy file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or holds what is not read.</exception>
    public static Tensor Read(Stream stream, string name)
    {
        NpyArray array = NpyFile.Read(stream, name);
        Tensor values = empty([.. array.Shape], Types.First(type => type.Npy == array.Type).Torch);
        array.Bytes.CopyTo(values.bytes);
        return values;
    }

    /// <summary>Writes a tensor; bfloat16, which NumPy does not know, as float32.</summary>
    public static void Write(Stream stream, Tensor values)
    {
        using var scope = NewDisposeScope();
        Tensor known = values.dtype == ScalarType.BFloat16 ? values.to(ScalarType.Float32) : values;
        string type = Types.First(type => type.Torch == known.dtype).Npy;
        NpyFile.Write(stream, new NpyArray(type, known.shape, known.numel() == 0 ? [] : known.cpu().contiguous().bytes.ToArray()));
    }
}
