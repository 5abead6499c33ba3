using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>A library that the system may have, under one of several names.</summary>
internal static class SystemLibrary
{
    /// <summary>The first that is there and has all the functions; 0 when none is.</summary>
    internal static nint Find(ReadOnlySpan<string> names, ReadOnlySpan<string> functions)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            if (HasAll(library, functions))
                return library;
            NativeLibrary.Free(library);
        }
        return 0;
    }

    private static bool HasAll(nint library, ReadOnlySpan<string> functions)
    {
        foreach (string function in functions)
        {
            if (!NativeLibrary.TryGetExport(library, function, out _))
                return false;
        }
        return true;
    }
}
