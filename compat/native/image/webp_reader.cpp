#include "codec.h"

#include <webp/decode.h>

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

}

bool read_webp(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        message = "libwebp cannot be started";
        return false;
    }
    VP8StatusCode status = WebPGetFeatures(encoded.bytes, encoded.length, &config.input);
    if (status == VP8_STATUS_OK && config.input.has_animation) status = VP8_STATUS_UNSUPPORTED_FEATURE;
    if (status == VP8_STATUS_OK && decoding == Decoding::Everything) {
        if (config.input.width != pixels.size.width || config.input.height != pixels.size.height) {
            message = "its size differs from the announced one";
            return false;
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
