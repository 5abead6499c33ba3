using Google.Protobuf;
using Google.Protobuf.Reflection;
using MLTransfer.Files;

namespace MLTransfer.Graphs;

/// <summary>
/// Charges a budget for what parsing a protocol buffer would allocate, before it is parsed: a message of two bytes becomes an object of
/// hundreds, so a small hostile file could otherwise fill the memory.
/// </summary>
internal sealed class ProtobufSize(ReadBudget budget, FileErrors errors)
{
    // An object of OnnxSharp or of Google.Protobuf, with its empty lists.
    private const int PerMessage = 320, PerElement = 16, PerText = 48, Deepest = 64;
    private long _bytes;

    /// <summary>Charges a message and all that it contains.</summary>
    /// <exception cref="Exception">It is no such message, is nested too deeply, or would take more than the budget.</exception>
    public void Charge(ReadOnlySpan<byte> message, MessageDescriptor type)
    {
        try
        {
            Add(message, type, 0);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw errors.Damaged($"it is not a protocol buffer ({exception.Message})", exception);
        }
        budget.Take(_bytes, "its content");
    }

    private void Add(ReadOnlySpan<byte> message, MessageDescriptor type, int depth)
    {
        if (depth > Deepest)
            throw errors.Refused($"its messages are nested more than {Deepest} deep");
        Count(PerMessage);
        while (message.Length > 0)
        {
            ulong tag = Number(ref message);
            FieldDescriptor? field = tag >> 3 <= int.MaxValue ? type.FindFieldByNumber((int)(tag >> 3)) : null;
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint:
                    Number(ref message);
                    break;
                case WireFormat.WireType.Fixed64:
                    Skip(ref message, 8);
                    break;
                case WireFormat.WireType.Fixed32:
                    Skip(ref message, 4);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    AddField(Skip(ref message, Number(ref message)), field, depth);
                    break;
                default:
                    throw errors.Damaged("it is not a protocol buffer: a field is of an unknown kind");
            }
            if (field?.IsRepeated == true)
                Count(PerElement);
        }
    }

    private void AddField(ReadOnlySpan<byte> content, FieldDescriptor? field, int depth)
    {
        switch (field?.FieldType)
        {
            case null:
                break;
            case FieldType.Message:
                Add(content, field.MessageType, depth + 1);
                break;
            case FieldType.String:
                Count(PerText + (sizeof(char) * (long)content.Length));
                break;
            case FieldType.Float or FieldType.Double or FieldType.Fixed32 or FieldType.Fixed64 or FieldType.Bytes:
                Count(PerText + content.Length);
                break;
            default:
                // Numbers of one byte or more, each becomes one of eight in a list that doubles as it grows.
                Count(PerElement * (long)content.Length);
                break;
        }
    }

    // Checked at once, so that a hostile file is not walked to its end.
    private void Count(long bytes)
    {
        _bytes += bytes;
        budget.Check(_bytes, "its content");
    }

    private ulong Number(ref ReadOnlySpan<byte> message)
    {
        ulong number = 0;
        for (int index = 0; index < message.Length && index < 10; index++)
        {
            number |= (ulong)(message[index] & 0x7F) << (7 * index);
            if (message[index] < 0x80)
            {
                message = message[(index + 1)..];
                return number;
            }
        }
        throw errors.CutShort("a number in it breaks off");
    }

    private ReadOnlySpan<byte> Skip(ref ReadOnlySpan<byte> message, ulong length)
    {
        if (length > (ulong)message.Length)
            throw errors.CutShort($"a field of {length} bytes reaches {length - (ulong)message.Length} bytes past its end");
        ReadOnlySpan<byte> skipped = message[..(int)length];
        message = message[(int)length..];
        return skipped;
    }
}
