import os, struct, sys
import numpy as np
from PIL import Image, ImageOps

folder, W, H = sys.argv[1], 197, 131
y, x = np.mgrid[0:H, 0:W]
noise = np.random.RandomState(1).randint(-20, 21, (H, W, 3))
waves = np.stack([128 + 100 * np.sin(x / 17), 128 + 100 * np.cos(y / 11), (x + y) % 256], -1)
rgb = Image.fromarray(np.clip(waves + noise, 0, 255).astype(np.uint8))
alpha = Image.fromarray(((x * 3 + y) % 256).astype(np.uint8))
rgba = rgb.copy()
rgba.putalpha(alpha)
gray, palette, bilevel = rgb.convert("L"), rgb.quantize(200), rgb.convert("1")
names = []


def path(name):
    names.append(name)
    return os.path.join(folder, name)


def save(name, picture, **options):
    picture.save(path(name), **options)


for name, options in {"444": dict(subsampling=0), "422": dict(subsampling=1), "420": dict(subsampling=2), "progressive": dict(progressive=True),
                      "low": dict(quality=20), "restarts": dict(restart_marker_rows=1), "optimized": dict(optimize=True)}.items():
    save(name + ".jpg", rgb, **options)
save("gray.jpg", gray)
save("cmyk.jpg", rgb.convert("CMYK"), quality=90)
save("progressive-cmyk.jpg", rgb.convert("CMYK"), progressive=True)
save("plain.png", rgb)
save("alpha.png", rgba)
save("gray.png", gray)
save("gray-alpha.png", rgba.convert("LA"))
save("palette.png", palette)
save("palette-4.png", rgb.quantize(16), bits=4)
save("palette-transparent.png", palette, transparency=bytes(range(200)))
save("transparent-colour.png", rgb, transparency=rgb.getpixel((5, 5)))
save("bilevel.png", bilevel)
save("lossy.webp", rgb, quality=70)
save("lossless.webp", rgb, lossless=True)
save("alpha.webp", rgba, lossless=True)
save("lossy-alpha.webp", rgba, quality=70)
save("animated.webp", rgb, save_all=True, append_images=[rgb.transpose(0)], lossless=True)
save("plain.gif", palette)
save("straight.gif", palette, interlace=0)
save("gray.gif", gray)
save("two-colours.gif", bilevel)
save("transparent.gif", palette, transparency=7)
save("animated.gif", palette, save_all=True, append_images=[rgb.transpose(0).quantize(16)])
save("raw.tif", rgb)
for compression in "lzw", "adobe_deflate", "packbits", "jpeg", "zstd", "lzma", "webp":
    save(compression + ".tif", rgb, compression="tiff_" + compression if compression in ("lzw", "adobe_deflate") else compression)
save("gray.tif", gray)
save("palette.tif", palette, compression="packbits")
save("bilevel.tif", bilevel)
save("group4.tif", bilevel, compression="group4")
save("alpha.tif", rgba, compression="tiff_lzw")
save("pages.tif", rgb, save_all=True, append_images=[gray])
save("plain.bmp", rgb)
save("gray.bmp", gray)
save("palette.bmp", palette)
save("bilevel.bmp", bilevel)
save("thirty-two.bmp", rgba)


def bmp(name, bits, rows, compression=0, height=H, extra=b"", colours=b"", core=False):
    info = struct.pack("<IHHHH", 12, W, H, 1, bits) if core else struct.pack(
        "<IiiHHIIiiII", 40, W, height, 1, bits, compression, len(rows), 2835, 2835, len(colours) // 4, 0)
    offset = 14 + len(info) + len(extra) + len(colours)
    with open(path(name), "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + extra + colours + rows)


def rows16(red, green, blue, shifts):
    p = np.asarray(rgb).astype(int)
    packed = (p[..., 0] >> red << shifts[0]) | (p[..., 1] >> green << shifts[1]) | (p[..., 2] >> blue)
    return np.pad(packed[::-1], ((0, 0), (0, W % 2))).astype("<u2").tobytes()


def padded(array):
    return np.pad(array, ((0, 0), (0, -array.shape[1] % 4))).tobytes()


bgr = np.asarray(rgb)[..., ::-1].reshape(H, W * 3)
indices, few = np.asarray(palette), np.asarray(rgb.quantize(16))
colours = b"".join(bytes(palette.getpalette()[3 * i:3 * i + 3][::-1]) + b"\0" for i in range(200))
sixteen = b"".join(bytes(rgb.quantize(16).getpalette()[3 * i:3 * i + 3][::-1]) + b"\0" for i in range(16))
bmp("top-down.bmp", 24, padded(bgr), height=-H)
bmp("core.bmp", 24, padded(bgr[::-1]), core=True)
bmp("555.bmp", 16, rows16(3, 3, 3, (10, 5)))
bmp("565.bmp", 16, rows16(3, 2, 3, (11, 5)), compression=3, extra=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
bmp("rgbx.bmp", 32, np.dstack([np.asarray(rgb)[::-1], np.full((H, W), 9, np.uint8)])[..., [3, 2, 1, 0]].tobytes(), compression=3,
    extra=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00))
bmp("nibbles.bmp", 4, padded(np.pad(few[::-1], ((0, 0), (0, 1)))[:, 0::2] << 4 | np.pad(few[::-1], ((0, 0), (0, 1)))[:, 1::2]), colours=sixteen)


def runs(row):
    out, i = b"", 0
    while i < len(row):
        n = 1
        while i + n < len(row) and row[i + n] == row[i] and n < 255:
            n += 1
        out += bytes([n, row[i]])
        i += n
    return out + b"\0\0"


def absolute(row):
    out = b""
    for i in range(0, len(row), 100):
        part = bytes(row[i:i + 100])
        out += bytes([0, len(part)]) + part + b"\0" * (len(part) % 2) if len(part) > 2 else b"".join(bytes([1, p]) for p in part)
    return out + b"\0\0"


flat = (indices // 16 * 16)[::-1]
bmp("runs.bmp", 8, b"".join(runs(row) for row in flat[:-1]) + absolute(flat[-1]) + b"\0\1", compression=1, colours=colours)
bmp("runs-4.bmp", 4, b"".join(bytes([W, int(row[0]) % 16 << 4 | int(row[1]) % 16, 0, 0]) for row in flat) + b"\0\1", compression=2, colours=sixteen)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    save(f"turned-{orientation}.jpg", rgb, exif=exif, quality=95)
    save(f"turned-{orientation}.png", rgb, exif=exif)
    save(f"turned-{orientation}.webp", rgb, exif=exif.tobytes(), lossless=True)
    save(f"turned-{orientation}.tif", rgb, tiffinfo={274: orientation}, compression="tiff_lzw")

for name in names:
    picture = Image.open(os.path.join(folder, name))
    # Pillow turns TIFF pictures as it reads them.
    if not name.endswith(".tif"):
        picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA")).convert("RGB")
    else:
        seen = picture.convert("RGB")
    with open(os.path.join(folder, name + ".rgb"), "wb") as file:
        file.write(struct.pack("<ii", *seen.size) + seen.tobytes())
print(" ".join(names))
