using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Packages.Tests.MicrosoftML;

public sealed class EnvironmentTests
{
    [Fact]
    public void Messages_of_components_reach_the_log()
    {
        var ml = new MLContext();
        var seen = new List<LoggingEventArgs>();
        ml.Log += (_, message) => seen.Add(message);
        using (IChannel channel = ((IHostEnvironment)ml).Register("Baker").Start("Oven"))
        {
            channel.Info(MessageSensitivity.None, "{0} loaves", 3);
            channel.Warning(MessageSensitivity.None, "hot");
        }
        LoggingEventArgs info = Assert.Single(seen, message => message.Kind == ChannelMessageKind.Info);
        Assert.Equal(("Baker; Oven", "3 loaves"), (info.Source, info.RawMessage));
        Assert.Equal("[Source=Baker; Oven, Kind=Info] 3 loaves", info.Message);
        Assert.Single(seen, message => message.Kind == ChannelMessageKind.Warning);
        Assert.Contains(seen, message => message.Kind == ChannelMessageKind.Trace && message.RawMessage == "Channel started");
    }

    [Fact]
    public void The_seed_decides_the_random_numbers_of_components()
    {
        Assert.Equal(Drawn(3), Drawn(3));
        Assert.NotEqual(Drawn(3), Drawn(4));
    }

    [Fact]
    public void Components_of_one_context_have_different_random_numbers()
    {
        IHostEnvironment environment = new MLContext(seed: 3);
        Assert.NotEqual(environment.Register("A").Rand.Next(), environment.Register("A").Rand.Next());
    }

    [Fact]
    public void Progress_may_be_told_even_when_nobody_listens()
    {
        using IProgressChannel progress = ((IHostEnvironment)new MLContext()).StartProgressChannel("Baking");
        progress.SetHeader(new ProgressHeader(["temperature"], ["loaves"]), entry => entry.SetProgress(0, 1, 3));
        progress.Checkpoint(200, 3);
    }

    [Fact]
    public void A_type_of_another_assembly_is_a_column_once_it_is_registered()
    {
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(new[] { new Row { Loaf = new Loaf("rye") } });
        Assert.IsType<LoafDataViewType>(data.Schema["Loaf"].Type);
        Assert.Equal("rye", Assert.Single(ml.Data.CreateEnumerable<Row>(data, reuseRowObject: false)).Loaf?.Grain);
        using var engine = ml.Model.CreatePredictionEngine<Row, Row>(ml.Transforms.CopyColumns("Other", "Loaf").Fit(data));
        Assert.Equal("oats", engine.Predict(new Row { Loaf = new Loaf("oats") }).Loaf?.Grain);
    }

    private static int Drawn(int seed) => ((IHostEnvironment)new MLContext(seed)).Register("A").Rand.Next();

    private sealed record Loaf(string Grain);

    private sealed class Row
    {
        [LoafType]
        public Loaf? Loaf { get; set; }
    }

    private sealed class LoafDataViewType() : StructuredDataViewType(typeof(Loaf))
    {
        public override bool Equals(DataViewType? other) => other is LoafDataViewType;

        public override int GetHashCode() => 1;
    }

    private sealed class LoafTypeAttribute : DataViewTypeAttribute
    {
        public override void Register() => DataViewTypeManager.Register(new LoafDataViewType(), typeof(Loaf), this);

        public override bool Equals(DataViewTypeAttribute? other) => other is LoafTypeAttribute;

        public override int GetHashCode() => 1;
    }
}
