namespace MLTransfer.Files;

/// <summary>Reads things one after the other, and the next ones meanwhile on other threads.</summary>
internal static class ReadAhead
{
    /// <summary>Begins to read several things before the first of them is handed on.</summary>
    /// <param name="begun">Begins to read one with each step. To dispose it waits for its reading.</param>
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
    /// Waits for a reading whose memory is to be freed. Its failure is not told: it was, to whoever asked for what was read.
    /// </summary>
    public static void Settle(Task reading) =>
        reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
}
