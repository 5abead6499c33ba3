using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which column types belong to which classes, besides the built-in ones.</summary>
public static class DataViewTypeManager
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(Type Type, DataViewTypeAttribute Attribute), DataViewType> ByMember = [];
    private static readonly Dictionary<DataViewType, (Type Type, DataViewTypeAttribute Attribute)> ByDataViewType = [];

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        var member = (type, typeAttribute);
        lock (Gate)
        {
            Contracts.CheckParam(!BuiltInTypes.Knows(type), nameof(type), $"Type {type} has been registered as ML.NET's default supported type, so it can't not be registered again.");
            bool typeIsTaken = ByMember.TryGetValue(member, out DataViewType registeredType);
            bool viewTypeIsTaken = ByDataViewType.TryGetValue(dataViewType, out var registeredMember);
            Contracts.CheckParam(
                !typeIsTaken || registeredType.Equals(dataViewType),
                nameof(type),
                $"Repeated type register. The raw type {type} has been associated with {registeredType} so it cannot be associated with {dataViewType}.");
            Contracts.CheckParam(
                !viewTypeIsTaken || registeredMember.Equals(member),
                nameof(dataViewType),
                $"Repeated type register. The DataView type {dataViewType} has been associated with {registeredMember.Type} so it cannot be associated with {type}.");
            ByMember[member] = dataViewType;
            ByDataViewType[dataViewType] = member;
        }
    }

    internal static bool Knows(DataViewType type)
    {
        lock (Gate)
            return ByDataViewType.ContainsKey(type);
    }

    internal static bool TryFind(Type type, MemberInfo member, out DataViewType found)
    {
        var attribute = member?.GetCustomAttribute<DataViewTypeAttribute>();
        lock (Gate)
            return ByMember.TryGetValue((type, attribute), out found);
    }
}
