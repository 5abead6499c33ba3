using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>Calls a generic method whose type arguments are known only when the program runs.</summary>
internal static class GenericCall
{
    /// <summary>Calls the method behind <paramref name="sample"/>, a method group with any type arguments, with <paramref name="types"/> instead.</summary>
    public static object Invoke(Delegate sample, Type[] types, params object[] arguments) =>
        sample.Method.GetGenericMethodDefinition().MakeGenericMethod(types)
            .Invoke(sample.Target, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public static object Invoke(Delegate sample, Type type, params object[] arguments) => Invoke(sample, [type], arguments);
}
