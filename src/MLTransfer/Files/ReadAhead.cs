namespace MLTransfer.Files;

/// <summary>Reads things one after the other, and the next ones meanwhile on other threads.</summary>
internal static class ReadAhead
{
    /// <summary>Begins to read several things before the first of them is handed on.</summary>
    /// <param name="begun">Begins to read one with each step. Disposing one waits for its reading.</param>
    /// <param name="count">How many are read while the caller uses one. The caller disposes what it gets.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> begun, int count)
        where T : IDisposable
    {
        var ahead = new Queue<T>(count + 1);
        try
        {
            foreach (T next in begun)
            {
                ahead.Enqueue(next);
                if (ahead.Count > count) yield return ahead.Dequeue();
            }

            while (ahead.TryDequeue(out T? rest)) yield return rest;
        }
        finally
        {
            foreach (T unused in ahead) unused.Dispose();
        }
    }

    /// <summary>
    /// Waits until a reading no longer uses its memory. Ignores its failure: who waits for the result sees it, and a result that nobody
    /// waits for is not needed.
    /// </summary>
    public static void Settle(Task reading) =>
        reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
}
