using System.Runtime.InteropServices;

namespace MLTransfer.Native;

/// <summary>A file that this process holds open already, such as standard output.</summary>
internal static partial class HeldFile
{
    private const int BufferSize = 1 << 16, Interrupted = 4;

    /// <summary>Writes on from where the file stands, as everything else in this process that writes to it does.</summary>
    /// <param name="descriptor">The number under which it is open.</param>
    /// <param name="content">What to write, from where it stands.</param>
    /// <exception cref="IOException">It takes no more; the message is the system's.</exception>
    // Opening it by its path would begin at its first byte, over what is there.
    public static void Append(int descriptor, Stream content)
    {
        byte[] buffer = new byte[BufferSize];
        while (content.Read(buffer) is > 0 and int count)
        {
            for (int done = 0; done < count;)
            {
                nint written = Write(descriptor, ref buffer[done], count - done);
                if (written >= 0)
                    done += (int)written;
                else if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref byte first, nint count);
}
