using System.Buffers.Binary;
using System.Text;

namespace MLTransfer.Native;

/// <summary>
/// The versions of other libraries' symbols that a 64-bit little-endian ELF library asks for
/// (System V gABI; Linux Standard Base 5.0, "Symbol Versioning").
/// </summary>
internal static class ElfVersions
{
    private const uint DynamicSymbols = 11, Versions = 0x6fffffff, NeededVersions = 0x6ffffffe;
    private const ushort Weak = 2, VersionMask = 0x7fff;

    /// <summary>
    /// Makes a required symbol version optional for the dynamic linker: sets the flag VER_FLG_WEAK of its entry, and only where no symbol
    /// but <paramref name="symbol"/> needs it.
    /// </summary>
    /// <param name="library">The bytes of the library; two of them change if the method returns true.</param>
    /// <param name="version">The name of a version, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <param name="symbol">The one symbol that may need it.</param>
    /// <returns>Whether the flag was set. The bytes are unchanged if the version is not required, or required by other symbols
    /// too.</returns>
    internal static bool TryMakeOptional(byte[] library, string version, string symbol)
    {
        try
        {
            return new Library(library).TryMakeOptional(version, symbol);
        }
        catch (Exception failure) when (failure is ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            return false;   // An offset out of range: not a valid ELF library.
        }
    }

    private readonly record struct Section(uint Type, int Offset, int Length, int Link, int Count);

    private readonly struct Library(byte[] bytes)
    {
        internal bool TryMakeOptional(string version, string symbol)
        {
            if (!bytes.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
                return false;
            Section[] sections = Sections();
            if (Find(sections, NeededVersions) is not { } needed || Find(sections, Versions) is not { } versions
                || Find(sections, DynamicSymbols) is not { } symbols)
                return false;
            if (EntryOf(needed, sections[needed.Link], version) is not { } entry)
                return false;
            ushort index = U16(entry + 6);
            if (!SymbolsOf(index, versions, symbols, sections[symbols.Link]).SequenceEqual([symbol]))
                return false;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(entry + 4), (ushort)(U16(entry + 4) | Weak));
            return true;
        }

        private Section[] Sections()
        {
            int table = Offset(0x28), size = U16(0x3A), count = U16(0x3C);
            var sections = new Section[count];
            for (int i = 0; i < count; i++)
            {
                int at = table + i * size;
                sections[i] = new(U32(at + 4), Offset(at + 24), Offset(at + 32), (int)U32(at + 40), (int)U32(at + 44));
            }
            return sections;
        }

        private static Section? Find(Section[] sections, uint type)
        {
            int index = Array.FindIndex(sections, section => section.Type == type);
            return index < 0 ? null : sections[index];
        }

        // Verneed: version, count of entries, file, offset of the first entry, offset of the next Verneed.
        // Vernaux: hash, flags, index, name, offset of the next.
        private int? EntryOf(Section needed, Section names, string version)
        {
            for (int file = needed.Offset, i = 0; i < needed.Count; i++, file += (int)U32(file + 12))
            {
                int entry = file + (int)U32(file + 8);
                for (int j = 0; j < U16(file + 2); j++, entry += (int)U32(entry + 12))
                {
                    if (Name(names, U32(entry + 8)) == version)
                        return entry;
                }
                // The last entry has offset 0; a damaged count must not loop on it.
                if (U32(file + 12) == 0)
                    break;
            }
            return null;
        }

        private List<string> SymbolsOf(ushort index, Section versions, Section symbols, Section names)
        {
            const int SymbolSize = 24;
            var found = new List<string>();
            for (int i = 0; i < versions.Length / sizeof(ushort); i++)
            {
                if ((U16(versions.Offset + i * sizeof(ushort)) & VersionMask) == index)
                    found.Add(Name(names, U32(symbols.Offset + i * SymbolSize)));
            }
            return found;
        }

        private string Name(Section names, uint offset)
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(names.Offset, names.Length)[checked((int)offset)..];
            return Encoding.ASCII.GetString(text[..Math.Max(0, text.IndexOf((byte)0))]);
        }

        private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));

        private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

        private int Offset(int offset) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset)));
    }
}
