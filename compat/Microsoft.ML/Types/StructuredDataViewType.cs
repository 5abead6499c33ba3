namespace Microsoft.ML.Data;

/// <summary>A type whose values may hold others, or may need disposing: vectors, and types registered from outside such as images.</summary>
public abstract class StructuredDataViewType : DataViewType
{
    protected StructuredDataViewType(Type rawType)
        : base(rawType)
    {
    }
}
