namespace Microsoft.ML.Runtime;

/// <summary>Argument and state checks with the exception types and wording of ML.NET.</summary>
internal static class Contracts
{
    private const string Mark = "ML_IsMarked";

    /// <summary>Whether ML.NET itself threw this exception; loading a model wraps such exceptions and lets others through as they are.</summary>
    public static bool IsMarked(Exception exception) => exception.Data.Contains(Mark);

    public static TException Marked<TException>(TException exception)
        where TException : Exception
    {
        exception.Data[Mark] = 1;
        return exception;
    }

    public static Exception Except(string message, Exception inner = null) => Marked(new InvalidOperationException(message, inner));

    public static Exception ExceptParam(string name, string message) => Marked(new ArgumentOutOfRangeException(name, message));

    public static Exception ExceptDecode(string message, Exception inner = null) => Marked(new FormatException(message, inner));

    public static Exception ExceptNotSupported(string message) => Marked(new NotSupportedException(message));

    public static Exception ExceptSchemaMismatch(string parameter, string role, string column) =>
        ExceptParam(parameter, $"Could not find {role} column '{column}'");

    public static Exception ExceptSchemaMismatch(string parameter, string role, string column, string expected, string actual) =>
        ExceptParam(parameter, $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");

    public static void Check(bool condition, string message)
    {
        if (!condition)
            throw Except(message);
    }

    public static void CheckDecode(bool condition, string message)
    {
        if (!condition)
            throw ExceptDecode(message);
    }

    public static void CheckParam(bool condition, string name, string message)
    {
        if (!condition)
            throw ExceptParam(name, message);
    }

    public static void CheckParam(bool condition, string name)
    {
        if (!condition)
            throw Marked(new ArgumentOutOfRangeException(name));
    }

    public static T CheckValue<T>(T value, string name)
        where T : class =>
        value ?? throw Marked(new ArgumentNullException(name));

    public static string CheckNonEmpty(string value, string name)
    {
        CheckParam(!string.IsNullOrEmpty(value), name, $"{name} cannot be null or empty");
        return value;
    }

    public static string CheckNonWhiteSpace(string value, string name)
    {
        CheckParam(!string.IsNullOrWhiteSpace(value), name, $"{name} cannot be null or white space");
        return value;
    }
}
