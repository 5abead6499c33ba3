using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The classes that can be loaded by name, of the assemblies registered so far.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<(string Name, Type Signature), LoadableClass> _classes = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        lock (_gate)
        {
            if (!_assemblies.Add(assembly.FullName))
                return;
            foreach (var attribute in assembly.GetCustomAttributes<LoadableClassAttributeBase>())
                Add(attribute, throwOnError);
        }
    }

    internal static bool TryCreateInstance<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        string key = (name ?? string.Empty).ToLowerInvariant().Trim();
        LoadableClass found;
        lock (env.ComponentCatalog._gate)
            env.ComponentCatalog._classes.TryGetValue((key, typeof(TSig)), out found);
        result = null;
        if (found is null)
            return false;
        Contracts.Check(typeof(TRes).IsAssignableFrom(found.Type), $"Loadable class '{name}' does not derive from '{typeof(TRes).FullName}'");
        result = (TRes)found.Create(env, extra);
        return true;
    }

    private void Add(LoadableClassAttributeBase attribute, bool throwOnError)
    {
        LoadableClass loadable = LoadableClass.FindOrNull(attribute);
        if (loadable is null)
        {
            Contracts.Check(!throwOnError, $"Can't instantiate loadable class '{attribute.InstanceType.Name}' with name '{attribute.LoadNames[0]}'");
            return;
        }
        foreach (string name in attribute.LoadNames)
        {
            bool isNew = _classes.TryAdd((name.ToLowerInvariant(), attribute.SignatureType), loadable);
            Contracts.Check(
                isNew || !throwOnError,
                $"ComponentCatalog cannot map name '{name}' and SignatureType '{attribute.SignatureType}' to {loadable.Type.Name}, already mapped.");
        }
    }
}
