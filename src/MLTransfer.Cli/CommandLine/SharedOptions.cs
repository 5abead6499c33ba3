using System.CommandLine;
using System.Globalization;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The --threads option.</summary>
internal static class Threads
{
    /// <summary>The default of --threads. libtorch's own leaves the second thread of each core idle.</summary>
    internal static int Default => Environment.ProcessorCount;

    internal static Option<int?> Option() =>
        CliOption.Integer("--threads", "Number of processor threads to use. [default: one per logical core]", 1, 1024);

    /// <summary>Sets the number of threads that libtorch uses.</summary>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    internal static void Use(int? threads)
    {
        TorchLibrary.Require();
        torch.set_num_threads(threads ?? Default);
    }
}

/// <summary>The --max-pixels option of every command that decodes images.</summary>
internal static class PixelLimit
{
    internal static Option<int?> Option() => CliOption.Integer(
        "--max-pixels",
        "Largest image to decode, in pixels (width x height); larger ones count as unreadable. Decoding takes 4 bytes of memory per pixel; "
        + $"at most {ImageLimits.HardPixelLimit}, the largest array of .NET. [default: {ImageLimits.Default.Pixels}]",
        1, ImageLimits.HardPixelLimit);

    internal static long OrDefault(int? pixels) => pixels ?? ImageLimits.Default.Pixels;

    /// <summary>The option as the user would type it again, after a space; empty if it was not given.</summary>
    internal static string ToArguments(int? pixels) =>
        pixels is { } most ? string.Create(CultureInfo.InvariantCulture, $" --max-pixels {most}") : "";
}

/// <summary>The --tta option of the commands that score images.</summary>
internal static class Augmentation
{
    internal static Option<TestTimeAugmentation?> Option() => CliOption.Parsed(
        "--tta", "KIND",
        "The views of an image that are scored, whose probabilities are averaged: none, flip, five-crop, ten-crop, or views:N (N random "
        + "ones). [default: what the model was trained to score, mostly none]",
        TestTimeAugmentation.Parse);

    /// <exception cref="UsageException">The model's preprocessing does not go with it.</exception>
    internal static void Set(IImageClassifier model, TestTimeAugmentation? asked)
    {
        if (asked is not null)
            UsageError.Translate("--tta", () => model.TestTimeAugmentation = asked);
    }
}

/// <summary>The backbone named by --backbone.</summary>
internal static class KnownBackbone
{
    /// <exception cref="UsageException">There is none of that name; the message suggests the nearest.</exception>
    internal static Backbone Find(string name) => UsageError.Translate("--backbone", () => ModelZoo.Find(name));
}

/// <summary>The model named by --model, as 'mlt train' saves it.</summary>
internal static class ModelFile
{
    /// <exception cref="InvalidDataException">The file is not such a model, or is damaged.</exception>
    internal static ImageClassificationTransformer Open(string path) => Open(path, SavedModel.Open);

    /// <summary>A model whose pipeline gives it images as they are in their files, as the tool does.</summary>
    /// <exception cref="InvalidDataException">The file is not such a model, or is damaged.</exception>
    internal static ImageClassificationTransformer OpenForImages(string path) => Open(path, SavedModel.OpenForImages);

    /// <summary>As <see cref="OpenForImages"/>, for a model that was trained or a graph that was saved.</summary>
    /// <inheritdoc cref="OpenForImages" path="/exception"/>
    internal static IImageClassifier OpenAnyForImages(string path) => Open(path, SavedModel.OpenAnyForImages);

    private static T Open<T>(string path, Func<string, T> open)
    {
        try
        {
            return open(path);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"'{path}' cannot be used as a model. {failure.Message} {SavedModel.Expected}", failure);
        }
    }
}
