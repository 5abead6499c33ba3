import os, struct, sys
import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

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


def save(name, image, **options):
    image.save(path(name), **options)


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
gamma = PngImagePlugin.PngInfo()
gamma.add(b"gAMA", struct.pack(">I", 100000))
save("gamma.png", rgb, pnginfo=gamma)
with open(path("endless.png"), "wb") as file:
    file.write(open(os.path.join(folder, "plain.png"), "rb").read()[:-12])
save("plain.ppm", rgb)
save("gray.pgm", gray)
save("bilevel.pbm", bilevel)


def netpbm(name, kind, array, most=None, comment=b""):
    array = np.asarray(array)
    header = kind + b"\n" + comment + b"%d %d" % (W, H) + (b"\n%d\n" % most if most else b"\n")
    text = b"\n# a comment\n".join(b" ".join(b"%d" % value for value in row.flatten()) for row in array)
    with open(path(name), "wb") as file:
        file.write(header + (text if kind < b"P4" else array.astype(">u2" if most > 255 else np.uint8).tobytes()))


netpbm("text.pbm", b"P1", ~np.asarray(bilevel) * 1)
netpbm("text.pgm", b"P2", gray, 255, b"# made by hand\n")
netpbm("text.ppm", b"P3", np.asarray(rgb) // 3, 90)
netpbm("few.pgm", b"P5", np.asarray(gray) // 50, 5, b"#\n#\n")
netpbm("few.pnm", b"P6", np.asarray(rgb) * 3 // 4, 191)
netpbm("sixteen.ppm", b"P6", np.asarray(rgb).astype(int) * 200 + 17, 51017)
netpbm("sixteen.pgm", b"P5", np.asarray(gray).astype(int) * 257, 65535)
netpbm("sixteen-text.pgm", b"P2", np.asarray(gray).astype(int) * 4, 1020)
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
for compression in "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg":
    save(compression + ".tif", rgb, compression=compression)
save("predictor.tif", rgb, compression="tiff_lzw", tiffinfo={317: 2})
save("gray.tif", gray)
save("palette.tif", palette, compression="packbits")
save("bilevel.tif", bilevel)
save("group3.tif", bilevel, compression="group3")
save("group4.tif", bilevel, compression="group4")
save("gray-alpha.tif", rgba.convert("LA"))
save("cmyk.tif", rgb.convert("CMYK"))
save("alpha.tif", rgba, compression="tiff_lzw")
save("pages.tif", rgb, save_all=True, append_images=[gray])


def tiff(name, planes, colors, extra=(), bits=8, planar=False, order="<", rows=40):
    """An uncompressed TIFF of strips: planes is a list of arrays of one value a pixel."""
    kind = (order + "u2") if bits == 16 else np.uint8
    strips = []
    for group in [[plane] for plane in planes] if planar else [planes]:
        values = np.dstack([np.asarray(plane).astype(kind) for plane in group])
        values = values.reshape(H, -1)
        if bits < 8:
            values = np.pad(values, ((0, 0), (0, -values.shape[1] % (8 // bits))))
            values = sum(values[:, i::8 // bits] << (8 - bits - i * bits) for i in range(8 // bits)).astype(np.uint8)
        strips += [values[top:top + rows].tobytes() for top in range(0, H, rows)]
    tags, data = [], b"".join(strips)
    at = 8
    offsets = [at + sum(map(len, strips[:i])) for i in range(len(strips))]

    def tag(number, *values, long=False):
        tags.append((number, 4 if long else 3, values))
    tag(256, W), tag(257, H), tag(258, *[bits] * len(planes)), tag(259, 1), tag(262, colors), tag(273, *offsets, long=True)
    tag(277, len(planes)), tag(278, rows), tag(279, *map(len, strips), long=True), tag(284, 2 if planar else 1)
    if extra:
        tag(338, *extra)
    directory, more, start = b"", b"", at + len(data)
    for number, type, values in tags:
        packed = struct.pack(order + str(len(values)) + (" HI"[1 if type == 3 else 2]), *values)
        if len(packed) > 4:
            place = start + 2 + 12 * len(tags) + 4 + len(more)
            more, packed = more + packed, struct.pack(order + "I", place)
        directory += struct.pack(order + "HHI", number, type, len(values)) + packed.ljust(4, b"\0")
    with open(path(name), "wb") as file:
        file.write((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start) + data)
        file.write(struct.pack(order + "H", len(tags)) + directory + b"\0" * 4 + more)


red, green, blue = np.asarray(rgb).transpose(2, 0, 1)
clear, wide = np.asarray(alpha), [np.asarray(rgb)[..., i].astype(int) * 256 + 77 for i in range(3)]
tiff("unspecified.tif", [red, green, blue, clear], 2, [0])
tiff("two-unspecified.tif", [red, green, blue, clear, red], 2, [0, 0])
tiff("associated-alpha.tif", [p.astype(int) * clear // 255 for p in (red, green, blue)] + [clear], 2, [1])
tiff("alpha-and-more.tif", [red, green, blue, clear, blue], 2, [2, 0])
tiff("white-is-zero.tif", [red], 0)
tiff("nibbles.tif", [red // 16], 1, bits=4)
tiff("sixteen.tif", wide, 2, bits=16)
tiff("sixteen-big-endian.tif", wide, 2, bits=16, order=">")
tiff("sixteen-gray.tif", wide[:1], 1, bits=16)
tiff("planar.tif", [red, green, blue], 2, planar=True)
save("plain.bmp", rgb)
save("gray.bmp", gray)
save("palette.bmp", palette)
save("bilevel.bmp", bilevel)
save("thirty-two.bmp", rgba)


def bmp(name, bits, rows, compression=0, height=H, extra=b"", colors=b"", core=False):
    info = struct.pack("<IHHHH", 12, W, H, 1, bits) if core else struct.pack(
        "<IiiHHIIiiII", 40, W, height, 1, bits, compression, len(rows), 2835, 2835, len(colors) // 4, 0)
    offset = 14 + len(info) + len(extra) + len(colors)
    with open(path(name), "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + extra + colors + rows)


def rows16(red, green, blue, shifts):
    p = np.asarray(rgb).astype(int)
    packed = (p[..., 0] >> red << shifts[0]) | (p[..., 1] >> green << shifts[1]) | (p[..., 2] >> blue)
    return np.pad(packed[::-1], ((0, 0), (0, W % 2))).astype("<u2").tobytes()


def padded(array):
    return np.pad(array, ((0, 0), (0, -array.shape[1] % 4))).tobytes()


bgr = np.asarray(rgb)[..., ::-1].reshape(H, W * 3)
indices, few = np.asarray(palette), np.asarray(rgb.quantize(16))
colors = b"".join(bytes(palette.getpalette()[3 * i:3 * i + 3][::-1]) + b"\0" for i in range(200))
sixteen = b"".join(bytes(rgb.quantize(16).getpalette()[3 * i:3 * i + 3][::-1]) + b"\0" for i in range(16))
bmp("top-down.bmp", 24, padded(bgr), height=-H)
bmp("core.bmp", 24, padded(bgr[::-1]), core=True)
bmp("555.bmp", 16, rows16(3, 3, 3, (10, 5)))
bmp("565.bmp", 16, rows16(3, 2, 3, (11, 5)), compression=3, extra=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
bmp("rgbx.bmp", 32, np.dstack([np.asarray(rgb)[::-1], np.full((H, W), 9, np.uint8)])[..., [3, 2, 1, 0]].tobytes(), compression=3,
    extra=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00))
bmp("nibbles.bmp", 4, padded(np.pad(few[::-1], ((0, 0), (0, 1)))[:, 0::2] << 4 | np.pad(few[::-1], ((0, 0), (0, 1)))[:, 1::2]), colors=sixteen)


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
bmp("runs.bmp", 8, b"".join(runs(row) for row in flat[:-1]) + absolute(flat[-1]) + b"\0\1", compression=1, colors=colors)
bmp("runs-4.bmp", 4, b"".join(bytes([W, int(row[0]) % 16 << 4 | int(row[1]) % 16, 0, 0]) for row in flat) + b"\0\1", compression=2, colors=sixteen)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    save(f"turned-{orientation}.jpg", rgb, exif=exif, quality=95)
    save(f"turned-{orientation}.png", rgb, exif=exif)
    save(f"turned-{orientation}.webp", rgb, exif=exif.tobytes(), lossless=True)
    save(f"turned-{orientation}.tif", rgb, tiffinfo={274: orientation}, compression="tiff_lzw")

for name in names:
    image = Image.open(os.path.join(folder, name))
    # Pillow turns TIFF images as it reads them.
    if not name.endswith(".tif"):
        image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "RGBa", "LA", "PA") or "transparency" in image.info:
        seen = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    elif image.mode.startswith("I"):
        # Pillow keeps 16 bits of gray, but cuts off what is above 255 on the way to colors. Here TIFF keeps the upper 8, as Pillow
        # does with 16 bits of a color, and Netpbm is scaled, as Pillow does with colors.
        values = np.asarray(image).astype(int)
        seen = Image.fromarray((values >> 8 if name.endswith(".tif") else np.round(values / 65535 * 255)).astype(np.uint8)).convert("RGB")
    else:
        seen = image.convert("RGB")
    with open(os.path.join(folder, name + ".rgb"), "wb") as file:
        file.write(struct.pack("<ii", *seen.size) + seen.tobytes())
print(" ".join(names))
