namespace MLTransfer.Files;

/// <summary>The stack of the unpickling machine, with its marks; every step below the bottom or a mark is an error.</summary>
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

    /// <summary>The instruction POP: takes the mark away when nothing lies above it.</summary>
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
