using System.Runtime.InteropServices;

namespace MLTransfer.Native;

/// <summary>A file that this process already has open, such as standard output.</summary>
internal static partial class HeldFile
{
    private const int BufferSize = 1 << 16, Interrupted = 4;

    /// <summary>Writes at the current position of the descriptor, which all writers in this process share.</summary>
    /// <param name="descriptor">The file descriptor.</param>
    /// <param name="content">The content, read from its current position.</param>
    /// <exception cref="IOException">Writing failed; the message is the system's.</exception>
    // Opening the file by its path would start at offset 0 and overwrite its content.
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
