#include "codec.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <gif_lib.h>

namespace codec {
namespace {

struct Source {
    Encoded encoded;
    size_t position;
};

int take(GifFileType* gif, GifByteType* target, int count) {
    auto& source = *static_cast<Source*>(gif->UserData);
    size_t taken = std::min(static_cast<size_t>(std::max(count, 0)), source.encoded.length - source.position);
    std::memcpy(target, source.encoded.bytes + source.position, taken);
    source.position += taken;
    return static_cast<int>(taken);
}

struct Closing {
    void operator()(GifFileType* gif) const {
        int error;
        DGifCloseFile(gif, &error);
    }
};

// Reads up to the first frame; `transparent` becomes its transparent colour, or stays -1.
bool find_frame(GifFileType* gif, int& transparent) {
    GifRecordType record;
    while (DGifGetRecordType(gif, &record) == GIF_OK && record == EXTENSION_RECORD_TYPE) {
        int kind;
        GifByteType* block;
        if (DGifGetExtension(gif, &kind, &block) != GIF_OK) return false;
        for (; block; ) {
            GraphicsControlBlock control;
            if (kind == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) transparent = control.TransparentColor;
            if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
        }
    }
    return record == IMAGE_DESC_RECORD_TYPE && DGifGetImageDesc(gif) == GIF_OK;
}

// What the frame does not cover, and its transparent colour, are transparent: so Skia, which the package reads with, has it.
bool read_frame(GifFileType* gif, int transparent, Pixels pixels) {
    const GifImageDesc& frame = gif->Image;
    const ColorMapObject* colours = frame.ColorMap ? frame.ColorMap : gif->SColorMap;
    if (!colours) return false;
    std::memset(pixels.bytes, 0, static_cast<size_t>(pixels.size.width) * pixels.size.height * 4);
    std::vector<GifPixelType> row(static_cast<size_t>(frame.Width));
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (frame.Interlace ? 4 : 1); pass++) {
        for (int y = frame.Interlace ? first[pass] : 0; y < frame.Height; y += frame.Interlace ? step[pass] : 1) {
            if (DGifGetLine(gif, row.data(), frame.Width) != GIF_OK) return false;
            uint8_t* target = pixels.row(frame.Top + y) + static_cast<size_t>(frame.Left) * 4;
            for (int x = 0; x < frame.Width; x++, target += 4) {
                if (row[x] == transparent) continue;
                GifColorType colour = row[x] < colours->ColorCount ? colours->Colors[row[x]] : GifColorType{0, 0, 0};
                target[0] = colour.Blue;
                target[1] = colour.Green;
                target[2] = colour.Red;
                target[3] = 255;
            }
        }
    }
    return true;
}

}

bool read_gif(Encoded encoded, Decoding decoding, Pixels& pixels, std::string& message) {
    Source source{encoded, 0};
    int error = 0, transparent = NO_TRANSPARENT_COLOR;
    std::unique_ptr<GifFileType, Closing> gif(DGifOpen(&source, take, &error));
    bool done = gif && find_frame(gif.get(), transparent);
    if (done) {
        const GifImageDesc& frame = gif->Image;
        Size size{std::max(gif->SWidth, frame.Left + frame.Width), std::max(gif->SHeight, frame.Top + frame.Height)};
        if (decoding == Decoding::SizeOnly) {
            pixels.size = size;
        } else if (size.width != pixels.size.width || size.height != pixels.size.height || frame.Width < 1) {
            message = "its size differs from the announced one";
            return false;
        } else {
            done = read_frame(gif.get(), transparent, pixels);
        }
    }
    if (!done) {
        const char* reason = GifErrorString(gif ? gif->Error : error);
        message = reason ? reason : "its first frame cannot be read";
    }
    return done;
}

}
