#include "codec.h"

#include <cstring>
#include <memory>

#include <webp/decode.h>
#include <webp/demux.h>

namespace codec {
namespace {

const char* meaning(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
    case VP8_STATUS_OUT_OF_MEMORY: return "out of memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that is not read";
    default: return "its data is damaged";
    }
}

// The first frame of an animation, on a transparent canvas.
bool read_first_frame(Encoded encoded, Pixels pixels) {
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) return false;
    options.color_mode = MODE_bgrA;
    WebPData data{encoded.bytes, encoded.length};
    std::unique_ptr<WebPAnimDecoder, void (*)(WebPAnimDecoder*)> decoder(WebPAnimDecoderNew(&data, &options), WebPAnimDecoderDelete);
    WebPAnimInfo info;
    uint8_t* canvas;
    int timestamp;
    if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info)) return false;
    if (static_cast<int32_t>(info.canvas_width) != pixels.size.width || static_cast<int32_t>(info.canvas_height) != pixels.size.height) return false;
    if (!WebPAnimDecoderGetNext(decoder.get(), &canvas, &timestamp)) return false;
    std::memcpy(pixels.bytes, canvas, static_cast<size_t>(pixels.size.width) * pixels.size.height * 4);
    return true;
}

}

bool read_webp(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        message = "libwebp cannot be started";
        return false;
    }
    VP8StatusCode status = WebPGetFeatures(encoded.bytes, encoded.length, &config.input);
    if (status == VP8_STATUS_OK && decoding == Decoding::Everything) {
        if (config.input.width != pixels.size.width || config.input.height != pixels.size.height) {
            message = "its size differs from the announced one";
            return false;
        }
        if (config.input.has_animation) {
            if (!read_first_frame(encoded, pixels)) message = "its first frame is damaged";
            return message.empty();
        }
        config.output.colorspace = MODE_BGRA;
        config.output.is_external_memory = 1;
        config.output.u.RGBA.rgba = pixels.bytes;
        config.output.u.RGBA.stride = pixels.size.width * 4;
        config.output.u.RGBA.size = static_cast<size_t>(pixels.size.width) * 4 * pixels.size.height;
        status = WebPDecode(encoded.bytes, encoded.length, &config);
        WebPFreeDecBuffer(&config.output);
        if (status == VP8_STATUS_OK && config.input.has_alpha) premultiply(pixels);
    }
    if (status != VP8_STATUS_OK) {
        message = meaning(status);
        return false;
    }
    pixels.size = {config.input.width, config.input.height};
    return true;
}

}
