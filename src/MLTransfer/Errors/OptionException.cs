namespace MLTransfer.Errors;

/// <summary>
/// An option has an unusable value. Any other <see cref="ArgumentException"/> is a bug of ours or of a package, not a mistake of the user.
/// </summary>
internal sealed class OptionException : ArgumentException
{
    /// <param name="message">What was asked, found and expected, in the names of properties.</param>
    /// <param name="option">The property whose value the message is about; null where the message names the properties itself.</param>
    /// <param name="cause">The underlying error.</param>
    public OptionException(string message, string? option = null, Exception? cause = null) : base(message, cause) => Option = option;

    public string? Option { get; }

    /// <summary>Evaluates the value of an option where an <see cref="ArgumentException"/> means that the value is wrong.</summary>
    /// <exception cref="OptionException">It is wrong; the message is that of the refusal.</exception>
    public static T Resolve<T>(string? option, Func<T> value)
    {
        try
        {
            return value();
        }
        catch (ArgumentException refusal)
        {
            throw new OptionException(Sentence(refusal), option, refusal);
        }
    }

    /// <summary>The message without the parameter's name, which .NET appends and which is of no use to the reader.</summary>
    public static string Sentence(ArgumentException refusal) =>
        refusal.Message.Replace($" (Parameter '{refusal.ParamName}')", "", StringComparison.Ordinal);
}
