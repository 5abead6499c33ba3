#include "codec.h"

#include <csetjmp>
#include <cstdio>
#include <new>

#include <png.h>

namespace codec {
namespace {

struct PngWriting {
    std::vector<uint8_t>& encoded;
    std::vector<uint8_t> row;
    char message[256];
};

void give(png_structp png, png_bytep bytes, size_t count) {
    auto& encoded = static_cast<PngWriting*>(png_get_io_ptr(png))->encoded;
    try {
        encoded.insert(encoded.end(), bytes, bytes + count);
        return;
    } catch (const std::bad_alloc&) {
        // No C++ exception may cross libpng, which is C.
    }
    png_error(png, "out of memory");
}

void flush(png_structp) {}

void leave(png_structp png, png_const_charp text) {
    auto& writing = *static_cast<PngWriting*>(png_get_error_ptr(png));
    std::snprintf(writing.message, sizeof writing.message, "%s", text);
    png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

// PNG keeps colours as they are without alpha; the pixels hold them multiplied by it.
void divide_by_alpha(const uint8_t* source, std::vector<uint8_t>& row) {
    for (size_t i = 0; i < row.size(); i += 4) {
        unsigned alpha = row[i + 3] = source[i + 3];
        for (size_t c = i; c < i + 3; c++) {
            unsigned whole = alpha == 0 ? 0 : (source[c] * 255u + alpha / 2) / alpha;
            row[c] = static_cast<uint8_t>(whole > 255 ? 255 : whole);
        }
    }
}

bool write(png_structp png, png_infop info, PngWriting& writing, Pixels pixels) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_write_fn(png, &writing, give, flush);
    png_set_IHDR(png, info, static_cast<png_uint_32>(pixels.size.width), static_cast<png_uint_32>(pixels.size.height), 8,
        PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    png_set_bgr(png);
    for (int32_t y = 0; y < pixels.size.height; y++) {
        divide_by_alpha(pixels.row(y), writing.row);
        png_write_row(png, writing.row.data());
    }
    png_write_end(png, info);
    return true;
}

}

bool write_png(Pixels pixels, std::vector<uint8_t>& encoded, std::string& message) {
    PngWriting writing{encoded, std::vector<uint8_t>(static_cast<size_t>(pixels.size.width) * 4), ""};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writing, leave, ignore);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    bool done = info && write(png, info, writing, pixels);
    png_destroy_write_struct(&png, &info);
    if (!done) message = info || writing.message[0] ? writing.message : "libpng cannot be started";
    return done;
}

}
