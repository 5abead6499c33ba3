namespace System.Runtime.CompilerServices;   // The runtime knows the attribute by its full name; .NET declares it wherever it is used.

/// <summary>Lets the assembly that carries it use the internal members of another one.</summary>
/// <param name="assemblyName">The name of the other assembly.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName => assemblyName;
}
