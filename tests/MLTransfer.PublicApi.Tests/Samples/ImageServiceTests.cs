using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace MLTransfer.PublicApi.Tests.Samples;

/// <summary>The service in docs/samples/ImageService, as its clients see it.</summary>
public sealed class ImageServiceTests(SmallModel model) : IClassFixture<SmallModel>
{
    [Fact]
    public async Task An_image_is_answered_with_its_class_and_the_probabilities()
    {
        await using var service = Service(model.File);
        using HttpClient client = service.CreateClient();
        HttpResponseMessage answer = await Post(client, await File.ReadAllBytesAsync(model.Red));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("red", json.GetProperty("label").GetString());
        JsonElement[] classes = [.. json.GetProperty("classes").EnumerateArray()];
        Assert.Equal(["red", "blue"], classes.Select(each => each.GetProperty("label").GetString()));
        Assert.Equal(1, classes.Sum(each => each.GetProperty("probability").GetSingle()), 1e-5f);
        Assert.Equal(classes[0].GetProperty("probability").GetSingle(), json.GetProperty("probability").GetSingle());
    }

    [Fact]
    public async Task What_is_no_image_is_refused_with_the_reason()
    {
        await using var service = Service(model.File);
        using HttpClient client = service.CreateClient();
        byte[] image = await File.ReadAllBytesAsync(model.Red);

        Assert.Equal((HttpStatusCode.BadRequest, "it is empty (0 bytes)"), await Refusal(client, []));
        Assert.StartsWith("it is not an image", (await Refusal(client, "<html>"u8.ToArray())).Reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await Refusal(client, image[..(image.Length / 2)])).Status);
    }

    [Fact]
    public async Task An_image_that_is_too_large_in_bytes_or_pixels_is_refused()
    {
        await using var service = Service(model.File, ("Model:MaximumBytes", "1000000"), ("Model:MaximumPixels", "999999"));
        using HttpClient client = service.CreateClient();

        Assert.Equal((HttpStatusCode.BadRequest, "it has more than 1,000,000 bytes, which is the limit"),
            await Refusal(client, new byte[1_000_001]));
        byte[] large = [.. "P6 1000 1000 255\n"u8, .. new byte[900_000]];
        Assert.Contains("1000 x 1000", (await Refusal(client, large)).Reason, StringComparison.Ordinal);
    }

    // Kestrel waits five seconds for the rest of a body that it refused.
    [Fact, Trait("Category", "Long")]
    public async Task Behind_a_real_server_a_body_over_the_limit_is_not_read()
    {
        await using var service = Service(model.File, ("Model:MaximumBytes", "1000000"));
        service.UseKestrel(0);
        using HttpClient client = service.CreateClient();
        client.DefaultRequestHeaders.ExpectContinue = true;
        (HttpStatusCode status, string reason) = await Refusal(client, new byte[2_000_000]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("1000000 bytes", reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Post(client, await File.ReadAllBytesAsync(model.Red))).StatusCode);
    }

    [Fact]
    public async Task Many_requests_at_once_are_answered_as_one_after_another()
    {
        await using var service = Service(model.File);
        using HttpClient client = service.CreateClient();
        byte[][] images = [await File.ReadAllBytesAsync(model.Red), await File.ReadAllBytesAsync(model.Blue)];
        string[] alone = [await Text(await Post(client, images[0])), await Text(await Post(client, images[1]))];
        string[] together = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i => await Text(await Post(client, images[i % 2]))));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => alone[i % 2]), together);
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_turned_away()
    {
        await using var service = Service(model.File, ("WaitingRequests", "1"));
        service.UseKestrel(0);
        using HttpClient second = service.CreateClient();
        // The body is sent when the server asks for it, which is after the request was let in.
        using var patient = new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
        using var first = new HttpClient(patient) { BaseAddress = second.BaseAddress };
        first.DefaultRequestHeaders.ExpectContinue = true;
        byte[] image = await File.ReadAllBytesAsync(model.Red);
        using var slow = new SlowBody(image);
        Task<HttpResponseMessage> running = first.PostAsync("/classify", slow);
        await slow.Begun;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Post(second, image)).StatusCode);
        slow.Continue();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    [Fact]
    public async Task Health_is_reported_and_an_app_without_a_usable_model_does_not_start()
    {
        await using var service = Service(model.File);
        using HttpClient client = service.CreateClient();
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/other")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync("/classify")).StatusCode);

        await using var broken = Service(model.PathOf("missing.zip"));
        Assert.Contains("missing.zip", Assert.Throws<FileNotFoundException>(broken.CreateClient).Message, StringComparison.Ordinal);
    }

    private static WebApplicationFactory<Program> Service(string file, params (string Name, string Value)[] settings) =>
        new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("Model:Path", file);
            host.UseSetting("Logging:LogLevel:Default", "Error");
            foreach ((string name, string value) in settings) host.UseSetting(name, value);
        });

    private static Task<HttpResponseMessage> Post(HttpClient client, byte[] image) =>
        client.PostAsync("/classify", new ByteArrayContent(image));

    private static async Task<(HttpStatusCode Status, string Reason)> Refusal(HttpClient client, byte[] image)
    {
        HttpResponseMessage answer = await Post(client, image);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!);
    }

    private static Task<string> Text(HttpResponseMessage answer) => answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();

    /// <summary>An image that is sent when the test says so.</summary>
    private sealed class SlowBody(byte[] image) : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(), _continue = new();

        public Task Begun => _begun.Task;

        public void Continue() => _continue.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _begun.SetResult();
            await _continue.Task;
            await stream.WriteAsync(image);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = image.Length;
            return true;
        }
    }
}
