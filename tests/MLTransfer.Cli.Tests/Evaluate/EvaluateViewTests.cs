using MLTransfer.Cli.Evaluate;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Tests.Evaluate;

public class EvaluateViewTests
{
    [Fact]
    public void Up_to_ten_classes_are_shown_as_a_matrix() =>
        Expected.Is("view-evaluate.txt", Shown.By(context => EvaluateView.Show(Result(classes: 3), context)));

    [Fact]
    public void Of_more_classes_the_largest_confusions_are_shown() =>
        Expected.Is("view-evaluate-many-classes.txt", Shown.By(context => EvaluateView.Show(Result(classes: 12), context)));

    [Fact]
    public void The_json_document_has_the_promised_fields() =>
        Expected.Is("json-evaluate.txt", Shown.By(context => ReportJson.WriteTo(context.Output, EvaluationJson.From(Result(classes: 3)))));

    [Fact]
    public void Classes_that_the_model_does_not_know_are_named_and_counted_apart() => Assert.Contains(
        "Not scored: 1,005 images of classes that the model does not know: moths 5, wasps 1,000\n",
        Shown.By(context =>
            EvaluateView.Show(Result(classes: 3) with { Unknown = [new("moths", 5), new("wasps", 1000)] }, context)),
            StringComparison.Ordinal);

    // Of class i there are i images right and one taken for the class before it; of class 0 there is none.
    private static ModelEvaluation Result(int classes)
    {
        string[] labels = [.. Enumerable.Range(0, classes).Select(index => $"class [{index}]")];
        var scored =
            from actual in Enumerable.Range(1, classes - 1)
            from image in Enumerable.Range(0, actual + 1)
            select (actual, Certain(image == 0 ? actual - 1 : actual, classes));
        return new(ClassificationReport.FromPredictions(labels, scored), [], [], 0.5);
    }

    private static IReadOnlyList<float> Certain(int predicted, int classes) =>
        [.. Enumerable.Range(0, classes).Select(index => index == predicted ? 0.5f : 0.5f / (classes - 1))];
}
