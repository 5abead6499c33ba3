namespace MLTransfer.Files;

/// <summary>
/// Reads a pickle as a stack machine over <see cref="PickleOpcode"/>: it builds numbers, strings and containers, and what the given globals
/// make of them, and nothing else. It never recurses, and no number in the file decides how much memory is allocated: every instruction is
/// charged to the budget before it runs.
/// </summary>
internal sealed class Unpickler
{
    private const string Purpose = "its pickle";
    private static readonly PickledTuple EmptyTuple = new([]);
    private static readonly object True = true, False = false;
    private readonly PickleReader _reader;
    private readonly PickleStack _stack;
    private readonly List<object?> _memo = [];
    private readonly IReadOnlyDictionary<string, object> _globals;
    private readonly Func<object?, object> _findStorage;
    private readonly ReadBudget _budget;
    private readonly FileErrors _errors;
    private readonly bool _oldTextAsBytes;

    /// <param name="reader">Positioned at the start of the pickle; afterwards, at its end.</param>
    /// <param name="globals">The allowed globals, as module.name: a <see cref="PickledFunction"/>, or the value of the name.</param>
    /// <param name="findStorage">Maps a persistent id, by which torch.save refers to storages, to the storage.</param>
    /// <param name="budget">Is charged for every allocation.</param>
    /// <param name="errors">The file's errors.</param>
    /// <param name="oldTextAsBytes">Whether strings of Python 2 become bytes; otherwise they must be UTF-8 text.</param>
    public Unpickler(
        PickleReader reader, IReadOnlyDictionary<string, object> globals, Func<object?, object> findStorage, ReadBudget budget,
        FileErrors errors, bool oldTextAsBytes = false)
    {
        _reader = reader;
        _stack = new PickleStack(errors);
        _globals = globals;
        _findStorage = findStorage;
        _budget = budget;
        _errors = errors;
        _oldTextAsBytes = oldTextAsBytes;
    }

    public object? Read()
    {
        for (var code = (PickleOpcode)_reader.Byte(); code != PickleOpcode.Stop; code = (PickleOpcode)_reader.Byte())
        {
            _budget.Take(PickleCost.ForInstruction(code), Purpose);
            if (!ReadScalar(code) && !ReadContainer(code))
                ReadReference(code);
        }
        return _stack.Pop();
    }

    private bool ReadScalar(PickleOpcode code)
    {
        object? value;
        switch (code)
        {
            case PickleOpcode.None: value = null; break;
            case PickleOpcode.NewTrue: value = True; break;
            case PickleOpcode.NewFalse: value = False; break;
            case PickleOpcode.BinInt: value = (long)_reader.Int32(); break;
            case PickleOpcode.BinInt1: value = (long)_reader.Byte(); break;
            case PickleOpcode.BinInt2: value = (long)_reader.UInt16(); break;
            case PickleOpcode.Long1: value = _reader.Integer(_reader.Byte()); break;
            case PickleOpcode.Long4: value = _reader.Integer(_reader.Int32()); break;
            case PickleOpcode.BinFloat: value = _reader.Double(); break;
            case PickleOpcode.ShortBinUnicode: value = _reader.Text(_reader.Byte()); break;
            case PickleOpcode.BinUnicode: value = _reader.Text(_reader.UInt32()); break;
            case PickleOpcode.ShortBinString: value = OldText(_reader.Byte()); break;
            case PickleOpcode.BinString: value = OldText(_reader.Int32()); break;
            case PickleOpcode.BinUnicode8: value = _reader.Text(_reader.Int64()); break;
            case PickleOpcode.ShortBinBytes: value = _reader.Bytes(_reader.Byte()); break;
            case PickleOpcode.BinBytes: value = _reader.Bytes(_reader.UInt32()); break;
            case PickleOpcode.BinBytes8: value = _reader.Bytes(_reader.Int64()); break;
            default: return false;
        }
        _stack.Push(value);
        return true;
    }

    private object OldText(long length) => _oldTextAsBytes ? _reader.Bytes(length) : _reader.Text(length);

    private bool ReadContainer(PickleOpcode code)
    {
        switch (code)
        {
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.Pop: _stack.PopValueOrMark(); break;
            case PickleOpcode.PopMark: _stack.PopToMark(); break;
            case PickleOpcode.EmptyDictionary: _stack.Push(new PickledDictionary()); break;
            case PickleOpcode.EmptyList: _stack.Push(new PickledList()); break;
            case PickleOpcode.EmptyTuple: _stack.Push(EmptyTuple); break;
            case PickleOpcode.Tuple1: _stack.Push(new PickledTuple(_stack.Pop(1))); break;
            case PickleOpcode.Tuple2: _stack.Push(new PickledTuple(_stack.Pop(2))); break;
            case PickleOpcode.Tuple3: _stack.Push(new PickledTuple(_stack.Pop(3))); break;
            case PickleOpcode.Tuple: _stack.Push(new PickledTuple(_stack.PopToMark())); break;
            case PickleOpcode.Append: Append(_stack.Pop(1)); break;
            case PickleOpcode.Appends: Append(_stack.PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(_stack.Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(_stack.PopToMark()); break;
            default: return false;
        }
        return true;
    }

    private void ReadReference(PickleOpcode code)
    {
        switch (code)
        {
            case PickleOpcode.Protocol: CheckProtocol(_reader.Byte()); break;
            case PickleOpcode.Frame: _reader.Frame(); break;
            case PickleOpcode.BinPut: Memoize(_reader.Byte()); break;
            case PickleOpcode.LongBinPut: Memoize(_reader.UInt32()); break;
            case PickleOpcode.Memoize: Memoize(_memo.Count); break;
            case PickleOpcode.BinGet: _stack.Push(Recall(_reader.Byte())); break;
            case PickleOpcode.LongBinGet: _stack.Push(Recall(_reader.UInt32())); break;
            case PickleOpcode.Global: _stack.Push(Find(_reader.Line(), _reader.Line())); break;
            case PickleOpcode.StackGlobal: _stack.Push(StackGlobal(_stack.Pop(2))); break;
            case PickleOpcode.BinPersistentId: _stack.Push(_findStorage(_stack.Pop())); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObject: _stack.Push(Call(_stack.Pop(2))); break;
            case PickleOpcode.Build: SetState(_stack.Pop()); break;
            default: throw _errors.Instruction((byte)code, _reader.Position - 1);
        }
    }

    private void Append(object?[] values)
    {
        object? target = _stack.Peek();
        if (target is PickledPlaceholder)
            return;
        if (target is not PickledList list)
            throw _errors.Damaged("its pickle appends to something that is not a list");
        list.AddRange(values);
    }

    private void SetItems(object?[] keysAndValues)
    {
        object? target = _stack.Peek();
        if (target is PickledPlaceholder)
            return;
        if (target is not PickledDictionary dictionary || keysAndValues.Length % 2 != 0)
            throw _errors.Damaged("its pickle sets items of something that is not a dictionary");
        for (int index = 0; index < keysAndValues.Length; index += 2)
            dictionary.Add(new(keysAndValues[index], keysAndValues[index + 1]));
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
            throw _errors.Damaged($"its pickle says protocol {protocol}; 2 to 5 are read");
    }

    // CPython numbers memoized values from 0 on, without gaps.
    private void Memoize(long number)
    {
        if (number > _memo.Count)
            throw _errors.Damaged($"its pickle numbers a value {number}, after {_memo.Count} others");
        if (number == _memo.Count)
            _memo.Add(_stack.Peek());
        else
            _memo[(int)number] = _stack.Peek();
    }

    private object? Recall(long number) => number < _memo.Count
        ? _memo[(int)number]
        : throw _errors.Damaged($"its pickle refers to value {number}, which is not there");

    private object StackGlobal(object?[] names) => names is [string module, string name]
        ? Find(module, name)
        : throw _errors.Damaged("its pickle names a global by something that is not text");

    private object Find(string module, string name) =>
        _globals.TryGetValue($"{module}.{name}", out object? found) ? found : throw _errors.AsksFor($"{module}.{name}");

    private object Call(object?[] functionAndArguments) => functionAndArguments is [PickledFunction function, PickledTuple arguments]
        ? function(arguments.Items, _budget, _errors)
        : throw _errors.Damaged("its pickle calls something that is not a function, or without arguments");

    // The state of an OrderedDict is its attributes, the module versions (_metadata), which loading does not need; nor does it need the
    // settings in an argparse.Namespace.
    private void SetState(object? state)
    {
        object? target = _stack.Peek();
        if (target is PickledPlaceholder)
            return;
        if (target is not (PickledDictionary or IPickledObject) || state is not (PickledDictionary or PickledTuple))
            throw _errors.Damaged("its pickle sets the state of something that has none");
        (target as IPickledObject)?.SetState(state, _errors);
    }
}

/// <summary>The stack of the unpickler, with its marks; popping below the bottom or a mark is an error.</summary>
internal sealed class PickleStack(FileErrors errors)
{
    private readonly List<object?> _values = [];
    private readonly Stack<int> _marks = [];

    private int Bottom => _marks.TryPeek(out int mark) ? mark : 0;

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Push(_values.Count);

    public object? Peek() => _values.Count > Bottom ? _values[^1] : throw Underflow();

    public object? Pop()
    {
        object? top = Peek();
        _values.RemoveAt(_values.Count - 1);
        return top;
    }

    public object?[] Pop(int count)
    {
        if (_values.Count - Bottom < count)
            throw Underflow();
        return Cut(_values.Count - count);
    }

    public object?[] PopToMark() => _marks.TryPop(out int mark) ? Cut(mark) : throw Underflow();

    /// <summary>The instruction POP: removes the top value, or the mark if there is no value above it.</summary>
    public void PopValueOrMark()
    {
        if (_values.Count > Bottom)
            _values.RemoveAt(_values.Count - 1);
        else if (!_marks.TryPop(out _))
            throw Underflow();
    }

    private object?[] Cut(int start)
    {
        object?[] cut = new object?[_values.Count - start];
        _values.CopyTo(start, cut, 0, cut.Length);
        _values.RemoveRange(start, cut.Length);
        return cut;
    }

    private Exception Underflow() => errors.Damaged("its pickle takes a value that was never put");
}

/// <summary>
/// Upper bounds, in bytes, of the memory that an instruction allocates, including what lists and dictionaries discard as they grow. Text
/// and bytes are charged once, with the length of the pickle.
/// </summary>
internal static class PickleCost
{
    private const int Value = 48, Remembered = 32, Named = 384, Stored = 256, Rebuilt = 384;

    /// <summary>A pair of a dictionary that is built from a list.</summary>
    public const int ForPair = 64;

    public static int ForInstruction(PickleOpcode code) => code switch
    {
        PickleOpcode.BinPut or PickleOpcode.LongBinPut or PickleOpcode.Memoize => Remembered,
        PickleOpcode.Global or PickleOpcode.StackGlobal => Named,
        PickleOpcode.BinPersistentId => Stored,
        PickleOpcode.Reduce or PickleOpcode.NewObject => Rebuilt,
        _ => Value,
    };

    /// <summary>Text doubles in size; a number of any length is copied once.</summary>
    public static Int128 ForText(long pickleLength) => 3 * (Int128)pickleLength;
}
