using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MLTransfer;
using MLTransfer.Imaging;

// Classifies images: curl --data-binary @image.jpg http://localhost:5000/classify
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
ImageClassifierPoolOptions model = builder.Configuration.GetRequiredSection("Model").Get<ImageClassifierPoolOptions>()!;
builder.Services.AddMLTransferPool(model);
builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = model.MaximumBytes);
builder.Services.AddRateLimiter(limiter =>
{
    // Each waiting request holds its image in memory, so their number is limited.
    limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
    limiter.AddConcurrencyLimiter("images", images => images.PermitLimit = builder.Configuration.GetValue("WaitingRequests", 100));
});

WebApplication app = builder.Build();
// Loads the model now: without a usable one the app does not start.
app.Services.GetRequiredService<ImageClassifierPool>();
app.UseRateLimiter();
app.MapHealthChecks("/health");
app.MapPost("/classify", ClassifyAsync).RequireRateLimiting("images");
app.Run();

// The body is the image itself, since a form's files are written to disk before an app sees them.
static async Task<IResult> ClassifyAsync(HttpRequest request, ImageClassifierPool pool, CancellationToken cancellation)
{
    try
    {
        ImagePrediction prediction = await pool.PredictAsync(request.Body, cancellation);
        return Results.Ok(new { prediction.Label, prediction.Probability, Classes = prediction.Top(5) });
    }
    catch (ImageException unusable)
    {
        return Results.Problem(unusable.Reason, statusCode: StatusCodes.Status400BadRequest, title: "The image cannot be used.");
    }
    catch (BadHttpRequestException refused)
    {
        return Results.Problem(refused.Message, statusCode: refused.StatusCode);
    }
}

internal sealed class ModelHealth(ImageClassifierPool pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(pool.ReloadError is { } error ? HealthCheckResult.Degraded(error) : HealthCheckResult.Healthy());
}
