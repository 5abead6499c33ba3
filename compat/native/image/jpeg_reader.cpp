#include "codec.h"
#include "jpeg_errors.h"

namespace codec {
namespace {

// A progressive file may repeat its scans without end, each as slow as decoding a whole picture.
constexpr int MostScans = 500;

void count_scans(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= MostScans) return;
    auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
    std::snprintf(errors->message, sizeof errors->message, "more than %d scans", MostScans);
    std::longjmp(errors->escape, 1);
}

// Adobe's four-colour files hold the inverted inks, and no other kind is met in practice.
void inks_to_colours(uint8_t* row, int32_t width) {
    for (uint8_t *p = row, *end = p + static_cast<size_t>(width) * 4; p != end; p += 4) {
        uint8_t red = scaled(p[0], p[3]), green = scaled(p[1], p[3]), blue = scaled(p[2], p[3]);
        p[0] = blue;
        p[1] = green;
        p[2] = red;
        p[3] = 255;
    }
}

}

bool read_jpeg(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    JpegErrors errors;
    jpeg_decompress_struct jpeg;
    jpeg_progress_mgr progress;
    jpeg.err = prepare(errors);
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&jpeg);
        message = errors.message;
        return false;
    }
    jpeg_create_decompress(&jpeg);
    progress.progress_monitor = count_scans;
    jpeg.progress = &progress;
    jpeg_mem_src(&jpeg, encoded.bytes, encoded.length);
    jpeg_read_header(&jpeg, TRUE);
    bool readable = true;
    if (decoding == Decoding::SizeOnly) {
        pixels.size = {static_cast<int32_t>(jpeg.image_width), static_cast<int32_t>(jpeg.image_height)};
    } else if (static_cast<int32_t>(jpeg.image_width) != pixels.size.width || static_cast<int32_t>(jpeg.image_height) != pixels.size.height) {
        readable = false;
        std::snprintf(errors.message, sizeof errors.message, "its size differs from the announced one");
    } else {
        bool inks = jpeg.num_components == 4;
        jpeg.out_color_space = inks ? JCS_CMYK : JCS_EXT_BGRA;
        jpeg_start_decompress(&jpeg);
        while (jpeg.output_scanline < jpeg.output_height) {
            JSAMPROW row = pixels.row(static_cast<int32_t>(jpeg.output_scanline));
            if (jpeg_read_scanlines(&jpeg, &row, 1) == 1 && inks) inks_to_colours(row, pixels.size.width);
        }
    }
    jpeg_destroy_decompress(&jpeg);
    if (!readable) message = errors.message;
    return readable;
}

}
