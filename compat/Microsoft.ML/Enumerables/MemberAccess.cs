using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Access to a field or property of a row object, compiled once for each.</summary>
internal static class MemberAccess
{
    private static readonly ConcurrentDictionary<(Type, MemberInfo), Delegate> Readers = new();
    private static readonly ConcurrentDictionary<(Type, MemberInfo), Delegate> Writers = new();

    public static Func<TRow, TValue> Reader<TRow, TValue>(MemberInfo member) =>
        (Func<TRow, TValue>)Readers.GetOrAdd((typeof(TRow), member), static key =>
        {
            ParameterExpression row = Expression.Parameter(typeof(TRow));
            return Expression.Lambda<Func<TRow, TValue>>(Expression.MakeMemberAccess(row, key.Item2), row).Compile();
        });

    public static Action<TRow, TValue> Writer<TRow, TValue>(MemberInfo member) =>
        (Action<TRow, TValue>)Writers.GetOrAdd((typeof(TRow), member), static key =>
        {
            ParameterExpression row = Expression.Parameter(typeof(TRow));
            ParameterExpression value = Expression.Parameter(typeof(TValue));
            return Expression.Lambda<Action<TRow, TValue>>(Expression.Assign(Expression.MakeMemberAccess(row, key.Item2), value), row, value).Compile();
        });

    /// <summary>A reader of what the member holds before it is filled again; of a member that cannot be read, nothing.</summary>
    public static Func<TRow, TValue> ReaderOrDefault<TRow, TValue>(MemberInfo member) =>
        member is PropertyInfo property && property.GetGetMethod() is null ? _ => default : Reader<TRow, TValue>(member);
}
