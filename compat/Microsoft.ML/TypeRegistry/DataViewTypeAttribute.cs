namespace Microsoft.ML.Data;

/// <summary>Marks a member of a row class whose column has a type registered with <see cref="DataViewTypeManager"/>.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = false, Inherited = true)]
public abstract class DataViewTypeAttribute : Attribute, IEquatable<DataViewTypeAttribute>
{
    public abstract void Register();

    public abstract bool Equals(DataViewTypeAttribute other);
}
