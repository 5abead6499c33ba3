using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>
/// What trainers leave beside the weights in a checkpoint, a closed list: settings, paths, times, NumPy numbers. Each becomes a dictionary
/// of its items, where tensors may lie, or a placeholder that forgets all it is given. Functions stand here only where pickle itself writes
/// them for such values.
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

    /// <summary>What a name stands for.</summary>
    public static IEnumerable<(string Name, PickledFunction Function)> All =>
    [
        .. Dictionaries.Select(name => (name, (PickledFunction)ContainerRebuilder.Dictionary)),
        ("collections.defaultdict", ContainerRebuilder.DefaultDictionary),
        .. Placeholders.SelectMany(placeholder => placeholder.Modules.SelectMany(
            module => placeholder.Names.Split(' ').Select(name => ($"{module}.{name}", Forgetting($"{module}.{name}"))))),
        .. BuiltIns.Select(module => ($"{module}.getattr", EnumMember($"{module}.getattr"))),
    ];

    // How Python 3.11 writes the member of an enum: getattr(class, name). Nothing else may be asked for by it.
    private static PickledFunction EnumMember(string function)
    {
        var placeholder = new PickledPlaceholder("enum.Enum");
        return (arguments, _, errors) => arguments is [PickledFunction, string] ? placeholder : throw errors.AsksFor(function);
    }

    // One for all objects of a class: there is nothing in it to tell them apart.
    private static PickledFunction Forgetting(string type)
    {
        var placeholder = new PickledPlaceholder(type);
        return (_, _, _) => placeholder;
    }
}
