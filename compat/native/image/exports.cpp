#include "codec.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

using namespace codec;

namespace {

using Reader = bool (*)(Encoded, Decoding, Pixels&, std::string&);

Reader reader_of(Encoded encoded) {
    auto starts_with = [&](size_t offset, const char* magic, size_t length) {
        return encoded.length >= offset + length && std::memcmp(encoded.bytes + offset, magic, length) == 0;
    };
    if (starts_with(0, "\xFF\xD8\xFF", 3)) return read_jpeg;
    if (starts_with(0, "\x89PNG\r\n\x1A\n", 8)) return read_png;
    if (starts_with(0, "RIFF", 4) && starts_with(8, "WEBP", 4)) return read_webp;
    if (starts_with(0, "GIF8", 4)) return read_gif;
    return nullptr;
}

// No C++ exception may cross into managed code.
template <typename Work>
int32_t guarded(char* message, int32_t capacity, Work work) {
    std::string reason;
    bool done = false;
    try {
        done = work(reason);
    } catch (const std::exception& error) {
        reason = error.what();
    }
    if (!done && capacity > 0) {
        size_t length = std::min(reason.size(), static_cast<size_t>(capacity - 1));
        std::memcpy(message, reason.data(), length);
        message[length] = 0;
    }
    return done ? 1 : 0;
}

bool read(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    Reader reader = reader_of(encoded);
    if (!reader) {
        message = "neither JPEG, PNG, WebP nor GIF";
        return false;
    }
    return reader(encoded, decoding, pixels, message);
}

}

#define EXPORT extern "C" __attribute__((visibility("default")))

// All return 1, or 0 with the reason in `message` (UTF-8, cut to its capacity).

EXPORT int32_t mltransfer_image_size(const uint8_t* bytes, int64_t length, int32_t* width, int32_t* height, char* message, int32_t capacity) {
    return guarded(message, capacity, [&](std::string& reason) {
        Pixels pixels{nullptr, {0, 0}};
        if (!read({bytes, static_cast<size_t>(length)}, Decoding::SizeOnly, pixels, reason)) return false;
        *width = pixels.size.width;
        *height = pixels.size.height;
        return true;
    });
}

// `pixels` has width * height * 4 bytes, the size as mltransfer_image_size gave it.
EXPORT int32_t mltransfer_image_decode(const uint8_t* bytes, int64_t length, uint8_t* pixels, int32_t width, int32_t height, char* message, int32_t capacity) {
    return guarded(message, capacity, [&](std::string& reason) {
        Pixels target{pixels, {width, height}};
        return read({bytes, static_cast<size_t>(length)}, Decoding::Everything, target, reason);
    });
}

// `quality` 1 to 100 for JPEG; 0 asks for PNG. The result is freed with mltransfer_image_free.
EXPORT int32_t mltransfer_image_encode(const uint8_t* pixels, int32_t width, int32_t height, int32_t quality, uint8_t** encoded, int64_t* length, char* message, int32_t capacity) {
    return guarded(message, capacity, [&](std::string& reason) {
        Pixels source{const_cast<uint8_t*>(pixels), {width, height}};
        std::vector<uint8_t> result;
        if (!(quality > 0 ? write_jpeg(source, quality, result, reason) : write_png(source, result, reason))) return false;
        *encoded = static_cast<uint8_t*>(std::malloc(result.size()));
        if (!*encoded) throw std::bad_alloc();
        std::memcpy(*encoded, result.data(), result.size());
        *length = static_cast<int64_t>(result.size());
        return true;
    });
}

EXPORT void mltransfer_image_free(uint8_t* encoded) {
    std::free(encoded);
}
