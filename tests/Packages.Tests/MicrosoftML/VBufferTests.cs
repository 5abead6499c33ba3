using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class VBufferTests
{
    // 0 10 0 30 0
    private static readonly VBuffer<int> Sparse = new(5, 2, [10, 30], [1, 3]);

    [Fact]
    public void A_sparse_vector_has_zeros_between_its_values()
    {
        Assert.False(Sparse.IsDense);
        Assert.Equal([0, 10, 0, 30, 0], Sparse.DenseValues());
        Assert.Equal([10, 30], Sparse.GetValues().ToArray());
        Assert.Equal([1, 3], Sparse.GetIndices().ToArray());
        Assert.Equal((30, 0), (Sparse.GetItemOrDefault(3), Sparse.GetItemOrDefault(4)));
        Assert.Equal([(1, 10), (3, 30)], Sparse.Items().Select(item => (item.Key, item.Value)));
        Assert.Equal(5, Sparse.Items(all: true).Count());
    }

    [Fact]
    public void It_can_be_copied_dense_sparse_or_in_part()
    {
        VBuffer<int> copy = default;
        Sparse.CopyTo(ref copy);
        Assert.Equal([1, 3], copy.GetIndices().ToArray());
        Assert.Equal(5, copy.Length);
        Sparse.CopyToDense(ref copy);
        Assert.True(copy.IsDense);
        Sparse.CopyTo(ref copy, 2, 3);
        Assert.Equal([0, 30, 0], copy.DenseValues());
        var array = new int[6];
        Sparse.CopyTo(array, 1, -1);
        Assert.Equal([0, -1, 10, -1, 30, -1], array);
    }

    [Fact]
    public void An_editor_fills_the_same_array_again_when_it_is_long_enough()
    {
        var buffer = new VBuffer<int>(3, [1, 2, 3]);
        var editor = VBufferEditor.Create(ref buffer, 2);
        Assert.False(editor.CreatedNewValues);
        editor.Values[0] = 9;
        buffer = editor.Commit();
        Assert.Equal([9, 2], buffer.DenseValues());
        Assert.True(VBufferEditor.Create(ref buffer, 4).CreatedNewValues);
    }

    [Fact]
    public void Lengths_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(3, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(3, 2, [1, 2], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(5));
    }
}
