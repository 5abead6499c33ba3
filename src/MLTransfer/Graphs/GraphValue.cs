using static TorchSharp.torch;

namespace MLTransfer.Graphs;

/// <summary>
/// What flows between the nodes of a graph: a tensor of numbers, or byte strings (DT_STRING), or nothing: <see cref="Dead"/> behind the
/// branch of a switch that was not taken, and absent (the default value) for an optional input that is not given.
/// </summary>
internal readonly struct GraphValue
{
    private const int MostIntegers = 10_000;
    private static readonly object DeadMark = new();
    private readonly object? _content;

    private GraphValue(object content) => _content = content;

    /// <summary>The value behind the branch that was not taken.</summary>
    public static GraphValue Dead { get; } = new(DeadMark);

    /// <summary>Whether this is behind the branch that was not taken.</summary>
    public bool IsDead => ReferenceEquals(_content, DeadMark);

    /// <summary>Whether there is no value: an optional input that is not given, or, while a graph is planned, a value not yet
    /// known.</summary>
    public bool IsAbsent => _content is null;

    /// <summary>Whether this is a tensor of numbers.</summary>
    public bool IsTensor => _content is Tensor;

    /// <summary>Whether these are byte strings.</summary>
    public bool IsText => _content is TextTensor;

    /// <summary>The tensor.</summary>
    /// <exception cref="KernelException">This is no tensor.</exception>
    public Tensor Tensor => _content as Tensor ?? throw new KernelException($"It expects numbers as input, and is given {Kind}.");

    /// <summary>The byte strings.</summary>
    /// <exception cref="KernelException">These are no byte strings.</exception>
    public TextTensor Text => _content as TextTensor ?? throw new KernelException($"It expects strings as input, and is given {Kind}.");

    /// <summary>The shape of the tensor or of the strings.</summary>
    /// <exception cref="KernelException">There is no value.</exception>
    public IReadOnlyList<long> Shape => IsText ? Text.Shape : Tensor.shape;

    /// <summary>The bytes of the elements of a tensor, which a view shares with others; 0 for anything else.</summary>
    public long Bytes => IsTensor ? Tensor.numel() * Tensor.element_size() : 0;

    private string Kind => IsTensor ? "numbers" : IsText ? "strings" : "nothing";

    /// <summary>The integers of a tensor of at most one axis: sizes, axes, paddings.</summary>
    /// <exception cref="KernelException">It holds no integers, or too many.</exception>
    public long[] ToIntegers()
    {
        Tensor values = Tensor;
        if (values.numel() > MostIntegers || values.dtype is not (ScalarType.Int32 or ScalarType.Int64))
            throw new KernelException($"It expects at most {MostIntegers} integers as sizes or axes, and is given {this}.");
        using Tensor host = values.to(ScalarType.Int64).cpu();
        return [.. host.data<long>()];
    }

    /// <summary>The integer of a tensor of one element.</summary>
    /// <exception cref="KernelException">It does not hold one integer.</exception>
    public long ToInteger() => ToIntegers() is [var single]
        ? single
        : throw new KernelException($"It expects one integer, and is given {this}.");

    /// <summary>One byte string, such as an encoded image.</summary>
    public static GraphValue OfBytes(ReadOnlyMemory<byte> bytes) => new(new TextTensor([bytes], []));

    /// <summary>Byte strings.</summary>
    public static GraphValue Of(TextTensor text) => new(text);

    /// <summary>A tensor; who owns it does not change.</summary>
    public static implicit operator GraphValue(Tensor tensor) => new(tensor);

    /// <summary>Type and shape, such as "float32 [1, 224, 224, 3]".</summary>
    public override string ToString() =>
        IsTensor ? $"{GraphTypes.Name(Tensor.dtype)} {Shapes.Text(Tensor.shape)}" : IsText ? $"string {Shapes.Text(Text.Shape)}" : Kind;
}

/// <summary>Byte strings in an array of any rank.</summary>
/// <param name="Items">The strings, in C order.</param>
/// <param name="Shape">The sizes of the axes; none for a single string.</param>
internal sealed record TextTensor(IReadOnlyList<ReadOnlyMemory<byte>> Items, IReadOnlyList<long> Shape);

/// <summary>The names of number formats, as NumPy spells them.</summary>
internal static class GraphTypes
{
    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        ScalarType.Int8 => "int8",
        ScalarType.Int16 => "int16",
        ScalarType.Int32 => "int32",
        ScalarType.Int64 => "int64",
        ScalarType.Float16 => "float16",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float32 => "float32",
        ScalarType.Float64 => "float64",
        ScalarType.Bool => "bool",
        _ => type.ToString(),
    };
}
