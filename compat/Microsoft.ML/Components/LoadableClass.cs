using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>How a loadable class is made: by a static method <c>Create</c> or by a constructor, with the environment first if it takes it.</summary>
internal sealed class LoadableClass
{
    private const BindingFlags Static = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.FlattenHierarchy;
    private const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    private readonly MethodBase _maker;
    private readonly bool _takesEnvironment;

    private LoadableClass(Type type, MethodBase maker, bool takesEnvironment)
    {
        Type = type;
        _maker = maker;
        _takesEnvironment = takesEnvironment;
    }

    public Type Type { get; }

    public static LoadableClass FindOrNull(LoadableClassAttributeBase attribute)
    {
        Type[] bare = attribute.SignatureType.GetMethod("Invoke").GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        Type[] withEnvironment = [typeof(IHostEnvironment), .. bare];
        return Find(attribute, bare, false) ?? Find(attribute, withEnvironment, true);
    }

    public object Create(IHostEnvironment environment, object[] arguments)
    {
        object[] all = _takesEnvironment ? [environment, .. arguments] : arguments;
        try
        {
            return _maker is ConstructorInfo constructor ? constructor.Invoke(all) : _maker.Invoke(null, all);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner && Contracts.IsMarked(inner))
        {
            throw Contracts.Except("Error during class instantiation", exception);
        }
    }

    private static LoadableClass Find(LoadableClassAttributeBase attribute, Type[] parameters, bool takesEnvironment)
    {
        MethodBase create = attribute.LoaderType.GetMethod("Create", Static, null, parameters, null) is { } method
            && method.DeclaringType == attribute.LoaderType
            && method.ReturnType == attribute.InstanceType
            ? method
            : null;
        MethodBase maker = create ?? (attribute.InstanceType.IsAssignableFrom(attribute.LoaderType)
            ? attribute.LoaderType.GetConstructor(Instance, null, parameters, null)
            : null);
        return maker is null ? null : new LoadableClass(attribute.InstanceType, maker, takesEnvironment);
    }
}
