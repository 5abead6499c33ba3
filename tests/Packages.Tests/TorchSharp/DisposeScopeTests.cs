using TorchSharp;

namespace Packages.Tests.TorchSharpTests;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        torch.Tensor inner;
        using (torch.NewDisposeScope())
            inner = torch.ones(2);
        Assert.True(inner.IsInvalid);
    }

    [Fact]
    public void A_tensor_moved_to_the_outer_scope_lives_as_long_as_that()
    {
        torch.Tensor moved;
        using (torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
                moved = torch.ones(2).MoveToOuterDisposeScope();
            Assert.False(moved.IsInvalid);
        }
        Assert.True(moved.IsInvalid);
    }

    [Fact]
    public void A_tensor_moved_out_of_the_outermost_scope_belongs_to_nobody()
    {
        torch.Tensor moved;
        using (torch.NewDisposeScope())
            moved = torch.ones(2).MoveToOuterDisposeScope();
        Assert.False(moved.IsInvalid);
        moved.Dispose();
    }

    [Fact]
    public void A_detached_tensor_outlives_every_scope()
    {
        torch.Tensor detached;
        using (torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
                detached = torch.ones(2).DetachFromDisposeScope();
        }
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void A_tensor_attached_to_a_scope_is_disposed_with_it()
    {
        var tensor = torch.ones(2);
        using (var scope = torch.NewDisposeScope())
        {
            tensor.MoveToOtherDisposeScope(scope);
            Assert.True(scope.Contains(tensor));
            Assert.Equal(1, scope.DisposablesCount);
        }
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void Everything_but_the_kept_tensor_can_be_disposed_early()
    {
        using var scope = torch.NewDisposeScope();
        var dropped = torch.ones(2);
        var kept = scope.DisposeEverythingBut(torch.ones(3));
        Assert.True(dropped.IsInvalid);
        Assert.False(kept.IsInvalid);
    }

    [Fact]
    public void A_parameter_takes_the_place_of_its_tensor_in_the_scope()
    {
        using var scope = torch.NewDisposeScope();
        var data = torch.ones(2);
        var parameter = data.AsParameter();
        Assert.True(data.IsInvalid);
        Assert.Equal([parameter], scope.DisposablesView);
    }

    [Fact]
    public void The_current_scope_is_the_innermost_of_the_thread()
    {
        Assert.Null(torch.CurrentDisposeScope);
        using var scope = torch.NewDisposeScope();
        Assert.Same(scope, torch.CurrentDisposeScope);
        DisposeScope? elsewhere = scope;
        var thread = new Thread(() => elsewhere = torch.CurrentDisposeScope);
        thread.Start();
        thread.Join();
        Assert.Null(elsewhere);
    }

    [Fact]
    public void Statistics_count_what_a_thread_makes_and_disposes()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        using (torch.NewDisposeScope())
        {
            torch.ones(2);
            torch.ones(2).DetachFromDisposeScope().Dispose();
        }
        Assert.Equal(2, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(1, statistics.DisposedOutsideScopeCount);
        Assert.Equal(1, statistics.DisposedInScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var tensor = torch.ones(2);
        tensor.Dispose();
        Assert.True(tensor.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => tensor.shape);
    }
}
