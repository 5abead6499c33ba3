using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Imaging.Decoding;

/// <summary>A decoder of libjpeg-turbo; costly enough to be used again, by one thread at a time.</summary>
internal sealed class TurboJpegDecoder : SafeHandleZeroOrMinusOneIsInvalid
{
    private static readonly ConcurrentBag<TurboJpegDecoder> Idle = [];

    /// <summary>Makes a decoder; an invalid one where the library has no memory for it.</summary>
    public TurboJpegDecoder() : base(ownsHandle: true) => SetHandle(TurboJpegLibrary.Create());

    /// <summary>A decoder that nobody uses. As many are kept as were ever in use at once.</summary>
    internal static TurboJpegDecoder Borrow() => Idle.TryTake(out TurboJpegDecoder? idle) ? idle : new TurboJpegDecoder();

    /// <summary>Leaves it to others. One that met an error is disposed instead.</summary>
    internal void GiveBack() => Idle.Add(this);

    internal bool HasSize(ReadOnlySpan<byte> encoded, int width, int height) =>
        !IsInvalid && TurboJpegLibrary.TryReadHeader(handle, encoded, out int w, out int h) && (w, h) == (width, height);

    /// <returns>Nothing, or what went wrong.</returns>
    internal string? Decode(ReadOnlySpan<byte> encoded, PixelMemory target, int format, int flags, out bool wentOn)
    {
        bool done = TurboJpegLibrary.TryDecode(handle, encoded, target, format, flags);
        wentOn = done || TurboJpegLibrary.IsWarning(handle);
        return done ? null : TurboJpegLibrary.Error(handle) ?? "for an unknown reason";
    }

    protected override bool ReleaseHandle()
    {
        TurboJpegLibrary.Destroy(handle);
        return true;
    }
}
