#include "codec.h"
#include "jpeg_errors.h"

#include <cstdlib>

namespace codec {

bool write_jpeg(Pixels pixels, int32_t quality, std::vector<uint8_t>& encoded, std::string& message) {
    JpegErrors errors;
    jpeg_compress_struct jpeg;
    // In memory, not in registers: libjpeg changes it through its address before a longjmp.
    struct Output { unsigned char* bytes; unsigned long length; } output{nullptr, 0};
    jpeg.err = prepare(errors);
    if (setjmp(errors.escape)) {
        jpeg_destroy_compress(&jpeg);
        std::free(output.bytes);
        message = errors.message;
        return false;
    }
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &output.bytes, &output.length);
    jpeg.image_width = static_cast<JDIMENSION>(pixels.size.width);
    jpeg.image_height = static_cast<JDIMENSION>(pixels.size.height);
    jpeg.input_components = 4;
    jpeg.in_color_space = JCS_EXT_BGRX;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = pixels.row(static_cast<int32_t>(jpeg.next_scanline));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    encoded.assign(output.bytes, output.bytes + output.length);
    std::free(output.bytes);
    return true;
}

}
