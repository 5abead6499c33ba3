using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The first 256 bytes of a model: signatures, versions, and where its parts lie, counted from its start.</summary>
internal sealed class ModelHeader
{
    public const int Size = 0x100;

    private const ulong Signature = 0x4C45444F4D004C4D;
    private const ulong TailSignature = 0x4D4C004D4F44454C;
    private const uint Version = 0x00010002;
    private const int LoaderSignatureLength = 24;
    private const int TableBytes = 4 * sizeof(long);

    public ulong ModelSignature { get; private set; }

    public uint ModelVersionWritten { get; private set; }

    public uint ModelVersionReadable { get; private set; }

    public string LoaderSignature { get; private set; } = string.Empty;

    public string LoaderAssemblyName { get; private set; } = string.Empty;

    public long ModelBytes { get; private set; }

    public static void BeginWrite(BinaryWriter writer) => writer.Write(new byte[Size]);

    public static ModelHeader Read(BinaryReader reader)
    {
        byte[] bytes = reader.ReadBytes(Size);
        Contracts.CheckDecode(bytes.Length == Size, "The file is shorter than the header of a model.");
        var fields = new BinaryReader(new MemoryStream(bytes), Encoding.Latin1);
        Contracts.CheckDecode(fields.ReadUInt64() == Signature, "Wrong file type");
        uint written = fields.ReadUInt32();
        uint readable = fields.ReadUInt32();
        Contracts.CheckDecode(readable <= written, "Corrupt file header");
        Contracts.CheckDecode(readable <= Version, "File is too new");
        Contracts.CheckDecode(written >= Version, "File is too old");
        Contracts.CheckDecode(fields.ReadInt64() == Size, "Corrupt file header");
        var header = new ModelHeader { ModelBytes = fields.ReadInt64() };
        Contracts.CheckDecode(fields.ReadBytes(TableBytes).All(value => value == 0), "The model has a table of strings, which the stand-in for ML.NET does not write.");
        header.ModelSignature = fields.ReadUInt64();
        header.ModelVersionWritten = fields.ReadUInt32();
        header.ModelVersionReadable = fields.ReadUInt32();
        header.LoaderSignature = new string(fields.ReadChars(LoaderSignatureLength)).TrimEnd('\0');
        fields.BaseStream.Position += LoaderSignatureLength;
        header.ReadTail(reader, fields.ReadInt64(), fields.ReadInt64(), fields.ReadInt64(), fields.ReadUInt32());
        return header;
    }

    public void Set(VersionInfo version)
    {
        Contracts.Check(
            version.LoaderSignature is null || (version.LoaderSignature.Length <= LoaderSignatureLength && version.LoaderSignature.All(letter => letter <= 0xFF)),
            "A loader signature has at most 24 characters, all of one byte.");
        ModelSignature = version.ModelSignature;
        ModelVersionWritten = version.VerWrittenCur;
        ModelVersionReadable = version.VerReadableCur;
        LoaderSignature = version.LoaderSignature ?? string.Empty;
        LoaderAssemblyName = version.LoaderAssemblyName ?? string.Empty;
    }

    public void Check(VersionInfo version)
    {
        Contracts.CheckDecode(ModelSignature == version.ModelSignature, "Unknown file type");
        Contracts.CheckDecode(ModelVersionReadable <= ModelVersionWritten, "Corrupt file header");
        Contracts.CheckDecode(ModelVersionReadable <= version.VerWrittenCur, $"The component '{version.LoaderSignature}' of the model is too new. Maximum expected version {version.VerWrittenCur}, got {ModelVersionReadable}.");
        Contracts.CheckDecode(ModelVersionWritten >= version.VerWeCanReadBack, $"The component '{version.LoaderSignature}' of the model is too old. Minimum expected version {version.VerWeCanReadBack}, got {ModelVersionWritten}.");
    }

    public void EndWrite(BinaryWriter writer)
    {
        ModelBytes = writer.BaseStream.Position - Size;
        long assemblyName = LoaderAssemblyName.Length == 0 ? 0 : writer.BaseStream.Position;
        writer.Write(Encoding.Unicode.GetBytes(LoaderAssemblyName));
        long tail = writer.BaseStream.Position;
        writer.Write(TailSignature);
        long end = writer.BaseStream.Position;
        writer.Seek(0, SeekOrigin.Begin);
        writer.Write(Signature);
        writer.Write(Version);
        writer.Write(Version);
        writer.Write((long)Size);
        writer.Write(ModelBytes);
        writer.Write(new byte[TableBytes]);
        writer.Write(ModelSignature);
        writer.Write(ModelVersionWritten);
        writer.Write(ModelVersionReadable);
        writer.Write(Encoding.Latin1.GetBytes(LoaderSignature.PadRight(2 * LoaderSignatureLength, '\0')));
        writer.Write(tail);
        writer.Write(end);
        writer.Write(assemblyName);
        writer.Write((uint)(LoaderAssemblyName.Length * sizeof(char)));
        writer.BaseStream.Position = end;
    }

    private void ReadTail(BinaryReader reader, long tail, long end, long assemblyName, uint assemblyNameBytes)
    {
        Contracts.CheckDecode(ModelBytes >= 0 && tail == Size + ModelBytes + assemblyNameBytes && end == tail + sizeof(ulong), "Corrupt file header");
        Contracts.CheckDecode(reader.BaseStream.Length >= end, "The file ends before the model does.");
        Contracts.CheckDecode(assemblyNameBytes <= 0x1000 && assemblyName == (assemblyNameBytes == 0 ? 0 : Size + ModelBytes), "Corrupt file header");
        reader.BaseStream.Position = Size + ModelBytes;
        LoaderAssemblyName = Encoding.Unicode.GetString(reader.ReadBytes((int)assemblyNameBytes));
        Contracts.CheckDecode(reader.ReadUInt64() == TailSignature, "Corrupt model file tail");
        reader.BaseStream.Position = Size;
    }
}
