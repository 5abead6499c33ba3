using MLTransfer.Errors;

namespace MLTransfer.Tests.Errors;

public class PrintableTests
{
    [Theory]
    [InlineData("a\tb\r\nc", 100, "a b  c")]
    [InlineData("\u001b[31mred\u0007", 100, "\uFFFD[31mred\uFFFD")]
    [InlineData("abcdef", 3, "abc…")]
    [InlineData("abc", 3, "abc")]
    public void Control_characters_are_replaced_and_long_texts_cut(string text, int longest, string expected) =>
        Assert.Equal(expected, Printable.Sanitize(text, longest));

    [Theory]
    [InlineData(2, "1, 2")]
    [InlineData(3, "1, 2, 3")]
    [InlineData(5, "1, 2, 3 and 2 more")]
    public void A_list_names_its_first_items_and_counts_the_others(int count, string expected) =>
        Assert.Equal(expected, Printable.FirstOf([.. Enumerable.Range(1, count).Select(item => $"{item}")], shown: 3));
}
