#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What the readers and writers of one format share. A function returns true, or false with `message` saying why not.
namespace codec {

struct Encoded {
    const uint8_t* bytes;
    size_t length;
};

struct Size {
    int32_t width;
    int32_t height;
};

// 32-bit pixels, rows without gaps: blue, green, red, alpha; colours premultiplied by alpha when decoded.
struct Pixels {
    uint8_t* bytes;
    Size size;

    uint8_t* row(int32_t y) const { return bytes + static_cast<size_t>(y) * size.width * 4; }
};

enum class Decoding { SizeOnly, Everything };

// SizeOnly fills `pixels.size`; Everything needs `pixels.bytes` and the size the first call gave.
bool read_jpeg(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message);
bool read_png(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message);
bool read_gif(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message);
bool read_webp(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message);

bool write_jpeg(Pixels pixels, int32_t quality, std::vector<uint8_t>& encoded, std::string& message);
bool write_png(Pixels pixels, std::vector<uint8_t>& encoded, std::string& message);

// c * factor / 255, rounded.
inline uint8_t scaled(unsigned c, unsigned factor) {
    unsigned product = c * factor + 128;
    return static_cast<uint8_t>((product + (product >> 8)) >> 8);
}

inline void premultiply(Pixels pixels) {
    size_t count = static_cast<size_t>(pixels.size.width) * pixels.size.height;
    for (uint8_t *p = pixels.bytes, *end = p + count * 4; p != end; p += 4) {
        if (p[3] == 255) continue;
        for (int c = 0; c < 3; c++) p[c] = scaled(p[c], p[3]);
    }
}

}
