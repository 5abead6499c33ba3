using MLTransfer.Data;
using MLTransfer.Files;

namespace MLTransfer.Tests.Files;

public class EntryNamesTests
{
    [Theory]
    [InlineData("/etc/passwd", "has an absolute name")]
    [InlineData("\\windows\\a.dll", "has an absolute name")]
    [InlineData("C:/a.jpg", "has an absolute name")]
    [InlineData("./C:a.jpg", "has an absolute name")]
    [InlineData("../a.jpg", "has a name that leads out of the folder")]
    [InlineData("a/..\\..\\b.jpg", "has a name that leads out of the folder")]
    [InlineData("a\0.jpg", "has a name with a character that file names must not have")]
    public void A_name_that_leads_out_of_the_archive_is_refused_in_place_and_when_unpacked(string name, string reason)
    {
        Assert.Equal(reason, Assert.Throws<InvalidDataException>(() => EntryNames.PathParts(name)).Message);
        Assert.Contains("points out of the archive", Assert.Throws<InvalidDataException>(
            () => EntryNames.Check(name, new ContainerErrors("images.zip"))).Message);
    }

    [Theory]
    [InlineData("ants/1.jpg", "ants|1.jpg")]
    [InlineData("./ants\\1.jpg", "ants|1.jpg")]
    [InlineData("ants//..jpg", "ants|..jpg")]
    [InlineData("./", "")]
    public void Other_names_are_divided_at_either_slash(string name, string parts)
    {
        EntryNames.Check(name, new ContainerErrors("images.zip"));
        Assert.Equal(parts, string.Join('|', EntryNames.PathParts(name)));
    }

    [Theory]
    [InlineData("a/b:c.jpg")]
    [InlineData("a\n.jpg")]
    public void Names_that_not_every_system_can_write_are_only_read_in_place(string name)
    {
        EntryNames.Check(name, new ContainerErrors("images.zip"));
        Assert.Throws<InvalidDataException>(() => EntryNames.PathParts(name));
    }

    [Theory]
    [InlineData("ants/1.jpg", false)]
    [InlineData("./ants/1.jpg", false)]
    [InlineData("ants/.1.jpg", true)]
    [InlineData(".git\\1.jpg", true)]
    [InlineData("__MACOSX/ants/1.jpg", true)]
    public void Hidden_names_are_told_by_their_dot(string name, bool isHidden) => Assert.Equal(isHidden, EntryNames.IsHidden(name));
}
