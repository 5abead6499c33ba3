using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Constructors of loadable classes of this signature get the context of the file they are loaded from.</summary>
internal delegate void SignatureLoadModel(ModelLoadContext ctx);

internal abstract class LoadableClassAttributeBase : Attribute
{
    protected LoadableClassAttributeBase(Type instType, Type loaderType, Type argType, Type sigType, string userName, string[] loadNames)
    {
        InstanceType = Contracts.CheckValue(instType, nameof(instType));
        LoaderType = Contracts.CheckValue(loaderType, nameof(loaderType));
        SignatureType = Contracts.CheckValue(sigType, "sigTypes");
        Contracts.CheckParam(argType is null, nameof(argType), "The stand-in for ML.NET has no classes loaded with arguments.");
        UserName = userName;
        LoadNames = loadNames is { Length: > 0 } ? loadNames : [userName];
        Contracts.CheckParam(!LoadNames.Any(string.IsNullOrWhiteSpace), nameof(loadNames), "LoadableClass loadName parameter can't be empty");
    }

    public Type InstanceType { get; }

    public Type LoaderType { get; }

    public Type SignatureType { get; }

    public string UserName { get; }

    public string[] LoadNames { get; }
}

/// <summary>Says under which names an assembly's class can be loaded, and by which class's constructor or method <c>Create</c>.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class LoadableClassAttribute : LoadableClassAttributeBase
{
    public LoadableClassAttribute(Type instType, Type loaderType, Type argType, Type sigType, string userName, params string[] loadNames)
        : base(instType, loaderType, argType, sigType, userName, loadNames)
    {
    }
}
