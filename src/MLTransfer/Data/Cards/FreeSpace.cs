namespace MLTransfer.Data.Cards;

/// <summary>Whether a disk has room.</summary>
internal static class FreeSpace
{
    /// <exception cref="IOException">There is less room than needed; the message says how much.</exception>
    public static void Check(string folder, long bytes)
    {
        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
            throw new IOException($"'{folder}' has room for {free >> 20:N0} MiB more, but {bytes >> 20:N0} MiB are needed. Make room, "
                + $"or choose another folder.");
    }
}
