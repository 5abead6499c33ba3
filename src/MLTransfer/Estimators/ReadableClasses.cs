using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Finds classes of which no image can be read before any training: they would be classes without images.</summary>
internal static class ReadableClasses
{
    /// <summary>Decodes one image of each class, or all of a class where none can be read.</summary>
    /// <param name="images">Images with their classes; classes without any are not looked at.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="decoding">How images are decoded.</param>
    /// <param name="threads">How many images are decoded at a time; 0: as many as there are processors.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="InvalidDataException">Of some classes no image can be read, and of others one can.</exception>
    public static void Check(
        ImageSet images, IReadOnlyList<string> classes, DecodingOptions decoding, int threads, CancellationToken cancel)
    {
        int[][] ofClass = [.. Enumerable.Range(0, images.Count).GroupBy(index => images.Labels[index]).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        ImageException?[] failures = new ImageException?[ofClass.Length];
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount,
            CancellationToken = cancel,
        };
        Parallel.For(0, ofClass.Length, options, index => failures[index] = FirstFailure(images, ofClass[index], decoding, cancel));
        int[] unreadable = [.. Enumerable.Range(0, ofClass.Length).Where(index => failures[index] is not null)];
        // Where nothing at all can be read, the training itself says so.
        if (unreadable.Length == 0 || unreadable.Length == ofClass.Length)
            return;
        ImageException first = failures[unreadable[0]]!;
        var names = unreadable.Select(index => $"'{classes[images.Labels[ofClass[index][0]]]}'");
        throw new InvalidDataException(
            $"{string.Join(", ", names)} {(unreadable.Length == 1 ? "has" : "have")} no images that can be read; "
            + $"the first is '{first.Name}': {first.Reason}. Add images that can be read, or remove the class.", first);
    }

    /// <summary>Null as soon as one image can be read.</summary>
    private static ImageException? FirstFailure(ImageSet images, int[] indices, DecodingOptions decoding, CancellationToken cancel)
    {
        ImageException? first = null;
        foreach (int index in indices)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                images.Images[index].Decode(decoding);
                return null;
            }
            catch (ImageException failure)
            {
                first ??= failure;
            }
        }
        return first;
    }
}
