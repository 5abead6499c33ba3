using MLTransfer.Files;

namespace MLTransfer.Tests.Files;

public class SpellingTests
{
    // Decomposed, composed: NFD and NFC as Python's unicodedata makes them.
    [Theory]
    [InlineData("A\u0308meisen", "\u00c4meisen")]
    [InlineData("e\u0302\u0301", "\u1ebf")]
    [InlineData("a\u0323\u0302", "\u1ead")]
    [InlineData("a\u0302\u0323", "\u1ead")]
    [InlineData("a\u0331\u0300", "\u00e0\u0331")]
    [InlineData("\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00")]
    [InlineData("\u30cf\u3099\u30cf\u309a", "\u30d0\u30d1")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0928\u093c", "\u0929")]
    [InlineData("\u0915\u093c", "\u0915\u093c")]
    [InlineData("\ud834\udd57\ud834\udd65", "\ud834\udd57\ud834\udd65")]
    [InlineData("plain", "plain")]
    public void Every_form_of_a_name_becomes_the_composed_one(string name, string composed)
    {
        Assert.Equal(composed, Spelling.ToComposed(name));
        Assert.Equal(composed, Spelling.ToComposed(composed));
    }

    [Fact]
    public void Half_a_surrogate_pair_stays_as_it_is() => Assert.Equal("u\u0308\udc80", Spelling.ToComposed("u\u0308\udc80"));
}
