namespace TorchSharp.Utils;

/// <summary>The name of a module's field in its state_dict, where it differs from the field's own.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ComponentNameAttribute : Attribute
{
    public string? Name { get; set; }
}
