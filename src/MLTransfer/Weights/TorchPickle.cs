using System.Collections.Frozen;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The only names that a pickle of torch.save may ask for; each maps to code of this library, no Python code runs.</summary>
internal static class TorchGlobals
{
    // The element types: the storage class that holds them and torch's own name.
    private static readonly (string? Storage, string Name, TensorType Type)[] Types =
    [
        ("Double", "float64", TensorType.Float64), ("Float", "float32", TensorType.Float32), ("Half", "float16", TensorType.Float16),
        ("BFloat16", "bfloat16", TensorType.BFloat16), ("Long", "int64", TensorType.Int64), ("Int", "int32", TensorType.Int32),
        ("Short", "int16", TensorType.Int16), ("Char", "int8", TensorType.Int8), ("Byte", "uint8", TensorType.UInt8),
        ("Bool", "bool", TensorType.Bool),
        (null, "uint16", TensorType.UInt16), (null, "uint32", TensorType.UInt32), (null, "uint64", TensorType.UInt64),
    ];

    /// <summary>
    /// The value of each name: a <see cref="TensorType"/> for a storage class or an element type, a <see cref="PickledFunction"/> for the
    /// rest.
    /// </summary>
    public static readonly FrozenDictionary<string, object> Allowed = All().ToFrozenDictionary(StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, object>> All()
    {
        foreach ((string? storage, string name, TensorType type) in Types)
        {
            yield return new($"torch.{name}", type);
            if (storage is not null)
                yield return new($"torch.{storage}Storage", type);
        }
        yield return new("torch.storage.UntypedStorage", TensorType.UInt8);
        yield return Function("torch._utils._rebuild_tensor", TensorRebuilder.Tensor);
        yield return Function("torch._utils._rebuild_tensor_v2", TensorRebuilder.Tensor);
        yield return Function("torch._utils._rebuild_tensor_v3", TensorRebuilder.TypedTensor);
        yield return Function("torch._utils._rebuild_parameter", TensorRebuilder.Parameter);
        yield return Function("torch._utils._rebuild_parameter_with_state", TensorRebuilder.Parameter);
        yield return Function("torch.nn.parameter.Parameter", TensorRebuilder.Parameter);
        yield return Function("torch.autograd.variable.Variable", TensorRebuilder.Parameter);
        yield return Function("torch.Size", ContainerRebuilder.Size);
        yield return Function("torch.device", ContainerRebuilder.Device);
        foreach ((string name, PickledFunction function) in InertGlobals.All)
            yield return Function(name, function);
    }

    private static KeyValuePair<string, object> Function(string name, PickledFunction function) => new(name, function);
}

/// <summary>
/// The types that trainers store in a checkpoint with the weights, a closed list: settings, paths, times, NumPy numbers. Each becomes a
/// dictionary of its items, which may hold tensors, or a placeholder that drops its arguments. Functions are listed only where pickle
/// itself writes them for such values.
/// </summary>
internal static class InertGlobals
{
    // With protocol 2, that of torch.save, pickle writes builtins by their names in Python 2.
    private static readonly string[] BuiltIns = ["builtins", "__builtin__"];

    // Python 3.13 has moved them.
    private static readonly string[] Paths = ["pathlib", "pathlib._local"];

    // NumPy 2 has moved its core.
    private static readonly string[] NumpyCore = ["numpy.core.multiarray", "numpy._core.multiarray"];

    private static readonly string[] Lightning = ["pytorch_lightning", "lightning.pytorch"];

    private static readonly string[] Dictionaries =
    [
        "argparse.Namespace", "types.SimpleNamespace", "collections.OrderedDict", "collections.Counter",
        "pytorch_lightning.utilities.parsing.AttributeDict", "lightning_fabric.utilities.data.AttributeDict",
        "lightning.fabric.utilities.data.AttributeDict", "easydict.EasyDict", "yacs.config.CfgNode", "addict.addict.Dict", "munch.Munch",
        "mmcv.utils.config.ConfigDict", "mmengine.config.config.ConfigDict",
    ];

    private static readonly (string[] Modules, string Names)[] Placeholders =
    [
        (BuiltIns, "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple"),
        (["__builtin__"], "long unicode xrange"),
        (["_codecs"], "encode"),
        (["collections"], "deque"),
        (["datetime"], "date datetime time timedelta timezone"),
        (["decimal"], "Decimal"),
        (["fractions"], "Fraction"),
        (["uuid"], "UUID"),
        (["typing"], "Any Dict List Optional Tuple Union"),
        (Paths, "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath"),
        (NumpyCore, "_reconstruct scalar"),
        (["numpy"], "bool bool_ bytes_ dtype float16 float32 float64 int16 int32 int64 int8 longlong ndarray str_"),
        (["numpy"], "uint16 uint32 uint64 uint8"),
        (["torch.torch_version"], "TorchVersion"),
        (["torchvision.transforms.functional"], "InterpolationMode"),
        (["torchvision.transforms.autoaugment"], "AutoAugmentPolicy"),
        (["PIL.Image"], "Resampling"),
        (["omegaconf.dictconfig"], "DictConfig"),
        (["omegaconf.listconfig"], "ListConfig"),
        (["omegaconf.base"], "ContainerMetadata Metadata"),
        (["omegaconf.nodes"], "AnyNode BooleanNode BytesNode EnumNode FloatNode IntegerNode InterpolationResultNode PathNode StringNode"),
        ([.. Lightning.Select(package => $"{package}.trainer.states")], "RunningStage TrainerFn TrainerStatus"),
        ([.. Lightning.Select(package => $"{package}.callbacks.model_checkpoint")], "ModelCheckpoint"),
        ([.. Lightning.Select(package => $"{package}.callbacks.early_stopping")], "EarlyStopping"),
    ];

    /// <summary>The function of each name.</summary>
    public static IEnumerable<(string Name, PickledFunction Function)> All =>
    [
        .. Dictionaries.Select(name => (name, (PickledFunction)ContainerRebuilder.Dictionary)),
        ("collections.defaultdict", ContainerRebuilder.DefaultDictionary),
        .. Placeholders.SelectMany(placeholder => placeholder.Modules.SelectMany(
            module => placeholder.Names.Split(' ').Select(name => ($"{module}.{name}", Placeholder($"{module}.{name}"))))),
        .. BuiltIns.Select(module => ($"{module}.getattr", EnumMember($"{module}.getattr"))),
    ];

    // Python 3.11 pickles an enum member as getattr(class, name). Nothing else is allowed with it.
    private static PickledFunction EnumMember(string function)
    {
        var placeholder = new PickledPlaceholder("enum.Enum");
        return (arguments, _, errors) => arguments is [PickledFunction, string] ? placeholder : throw errors.AsksFor(function);
    }

    // One placeholder for all objects of a class: it has no content.
    private static PickledFunction Placeholder(string type)
    {
        var placeholder = new PickledPlaceholder(type);
        return (_, _, _) => placeholder;
    }
}

/// <summary>The functions of <c>torch._utils</c> that rebuild tensors, with every number checked against the storage.</summary>
internal static class TensorRebuilder
{
    private const int MaximumDimensions = 16;

    /// <summary>
    /// _rebuild_tensor(storage, storage_offset, size, stride), and _rebuild_tensor_v2, whose further arguments only matter for training.
    /// </summary>
    public static object Tensor(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledStorage storage, long offset, PickledTuple size, PickledTuple stride, ..]
            ? View(storage, offset, Numbers(size, errors), Numbers(stride, errors), errors)
            : throw errors.Damaged("its pickle makes a tensor of something other than storage, offset, size and strides");

    /// <summary>
    /// _rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype): the storage is of bytes.
    /// </summary>
    public static object TypedTensor(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors)
    {
        if (arguments is not [PickledStorage bytes, long offset, PickledTuple size, PickledTuple stride, _, _, TensorType type, ..])
            throw errors.Damaged("its pickle makes a tensor of something other than storage, offset, size, strides and type");
        int width = type.Size() / bytes.Type.Size();
        if (width == 0 || bytes.Start % width != 0)
            throw errors.Damaged("a tensor's elements are not aligned in its storage");
        PickledStorage storage = bytes with { Type = type, Count = bytes.Count / width, Start = bytes.Start / width };
        return View(storage, offset, Numbers(size, errors), Numbers(stride, errors), errors);
    }

    /// <summary>
    /// _rebuild_parameter(data, requires_grad, backward_hooks), with or without state, and Parameter(data, requires_grad) itself.
    /// </summary>
    public static object Parameter(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledTensor tensor, ..] ? tensor
            : throw errors.Damaged("its pickle makes a parameter of something that is not a tensor");

    private static PickledTensor View(PickledStorage storage, long offset, long[] shape, long[] strides, FileErrors errors)
    {
        if (shape.Length != strides.Length)
            throw errors.Damaged($"a tensor has {shape.Length} dimensions and {strides.Length} strides");
        if (LiesWithin(storage.Count, offset, shape, strides))
            return new PickledTensor(storage, offset, shape, strides);
        throw errors.Damaged($"a tensor of shape ({string.Join(", ", shape)}), strides ({string.Join(", ", strides)}) from element "
            + $"{offset} on "
            + $"reaches outside its storage of {storage.Count} elements");
    }

    private static bool LiesWithin(long count, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || offset > count)
            return false;
        bool isEmpty = shape.AsSpan().Contains(0);
        Int128 last = offset;
        for (int dimension = 0; dimension < shape.Length; dimension++)
        {
            if (shape[dimension] < 0 || strides[dimension] < 0)
                return false;
            last += (Int128)(shape[dimension] - 1) * strides[dimension];
        }
        return isEmpty || last < count;
    }

    private static long[] Numbers(PickledTuple tuple, FileErrors errors) => tuple.Items.Length > MaximumDimensions
        ? throw errors.Damaged($"a tensor has {tuple.Items.Length} dimensions")
        : Array.ConvertAll(tuple.Items,
        item => item is long number ? number : throw errors.Damaged("a tensor's shape is not made of integers"));
}

/// <summary>The functions that rebuild the containers of checkpoints that are not built into pickle.</summary>
internal static class ContainerRebuilder
{
    /// <summary>torch.Size(tuple).</summary>
    public static object Size(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledTuple shape] ? shape : throw errors.Damaged("its pickle makes a torch.Size of something that is not a tuple");

    /// <summary>torch.device(name, index), of which only the name is kept.</summary>
    public static object Device(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [string name, ..] ? name : throw errors.Damaged("its pickle makes a torch.device of something that is not a name");

    /// <summary>A dictionary: empty and filled afterwards, a copy of another, or, as Python 2 wrote them, a list of pairs.</summary>
    public static object Dictionary(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) => arguments switch
    {
        [] => new PickledDictionary(),
        [PickledDictionary other] => other,
        [PickledList pairs] => OfPairs(pairs, budget, errors),
        _ => throw errors.Damaged("its pickle makes a dictionary in an unknown way"),
    };

    /// <summary>collections.defaultdict(factory), which is filled afterwards.</summary>
    public static object DefaultDictionary(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        new PickledDictionary();

    private static PickledDictionary OfPairs(PickledList pairs, ReadBudget budget, FileErrors errors)
    {
        budget.Take((Int128)pairs.Count * PickleCost.ForPair, "its pickle");
        var dictionary = new PickledDictionary();
        foreach (object? pair in pairs)
        {
            dictionary.Add(pair switch
            {
                PickledList { Count: 2 } list => new(list[0], list[1]),
                PickledTuple { Items: [var key, var value] } => new(key, value),
                _ => throw errors.Damaged("its pickle makes a dictionary of something that is not a pair"),
            });
        }
        return dictionary;
    }
}
