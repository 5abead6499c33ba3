#include "codec.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>

namespace codec {
namespace {

// Lives outside the frame that longjmp returns to, so that its contents survive.
struct PngReading {
    Encoded encoded;
    size_t position;
    char message[256];
    std::vector<png_bytep> rows;
};

void take(png_structp png, png_bytep target, size_t count) {
    auto& reading = *static_cast<PngReading*>(png_get_io_ptr(png));
    if (count > reading.encoded.length - reading.position) png_error(png, "the file ends too early");
    std::memcpy(target, reading.encoded.bytes + reading.position, count);
    reading.position += count;
}

void leave(png_structp png, png_const_charp text) {
    auto& reading = *static_cast<PngReading*>(png_get_error_ptr(png));
    std::snprintf(reading.message, sizeof reading.message, "%s", text);
    png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

// Whatever the file holds - palette, gray, 16 bits, a transparent colour - becomes blue, green, red, alpha of 8 bits.
bool ask_for_bgra(png_structp png, png_infop info) {
    bool alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
    png_set_bgr(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return alpha;
}

void read_rows(png_structp png, png_infop info, PngReading& reading, Pixels pixels) {
    bool alpha = ask_for_bgra(png, info);
    if (png_get_rowbytes(png, info) != static_cast<size_t>(pixels.size.width) * 4) png_error(png, "its rows have an unexpected length");
    for (int32_t y = 0; y < pixels.size.height; y++) reading.rows[y] = pixels.row(y);
    png_read_image(png, reading.rows.data());
    png_read_end(png, nullptr);
    if (alpha) premultiply(pixels);
}

bool read(png_structp png, png_infop info, PngReading& reading, Decoding decoding, Pixels& pixels) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_read_fn(png, &reading, take);
    png_read_info(png, info);
    auto width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    if (decoding == Decoding::SizeOnly) {
        pixels.size = {static_cast<int32_t>(width), static_cast<int32_t>(height)};
    } else if (static_cast<int32_t>(width) != pixels.size.width || static_cast<int32_t>(height) != pixels.size.height) {
        png_error(png, "its size differs from the announced one");
    } else {
        read_rows(png, info, reading, pixels);
    }
    return true;
}

}

bool read_png(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    PngReading reading{encoded, 0, "", {}};
    if (decoding == Decoding::Everything) reading.rows.resize(static_cast<size_t>(std::max(pixels.size.height, 0)));
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, leave, ignore);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    bool done = info && read(png, info, reading, decoding, pixels);
    png_destroy_read_struct(&png, &info, nullptr);
    if (!done) message = info || reading.message[0] ? reading.message : "libpng cannot be started";
    return done;
}

}
