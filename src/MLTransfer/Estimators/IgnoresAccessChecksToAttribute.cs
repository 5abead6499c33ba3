namespace System.Runtime.CompilerServices;   // The runtime knows the attribute by its full name; .NET declares it wherever it is used.

/// <summary>The assembly that carries it may use the internal members of another.</summary>
/// <param name="assemblyName">The name of the other assembly.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName => assemblyName;
}
