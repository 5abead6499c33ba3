namespace System.Runtime.CompilerServices;

/// <summary>
/// Known to the runtime by its name: the assembly that carries it may use the internal members of another. .NET itself declares it where it needs it.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName => assemblyName;
}
