namespace Microsoft.ML.Data;

internal static class CursorState
{
    public const string CannotFetch =
        $"Values cannot be fetched at this time. This method was called either before the first call to {nameof(DataViewRowCursor.MoveNext)}, or at any point after that method returned false.";
}
