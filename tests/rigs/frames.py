"""Pictures as a shop's camera takes them: a QR code on a counter, and what can be wrong with it."""

import functools
import random
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath

SIZE = (1280, 720)
MODULES = 37  # of the code on a card, with its quiet zone of four on each side
GRAINS = 4
GRAIN_SIGMA = 147.8  # of a sum of four bytes
BOX = 8


def symbol(text: str, border: int = 4) -> Image.Image:
    """The code, `BOX` pixels a module, black on white."""
    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_M, box_size=BOX, border=border
    )  # the level of the product's own
    code.add_data(text)
    code.make(fit=True)
    return code.make_image().get_image().convert("L")


def counter(seed: int = 1, middle: int = 150) -> Image.Image:
    """A counter in uneven light."""
    chance = random.Random(seed)
    small = Image.new("L", (32, 18))
    small.putdata([max(0, min(255, round(chance.gauss(middle, 12)))) for _ in range(32 * 18)])
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def card(code: Image.Image, side: int, *, dark: int = 0, light: int = 255) -> Image.Image:
    """A white screen with the code `side` pixels wide, in these levels of grey."""
    shrinks = side < code.width
    how = Image.Resampling.LANCZOS if shrinks else Image.Resampling.NEAREST
    code = code.resize((side, side), how).point(lambda level: dark + (light - dark) * level // 255)
    around = side // 8
    screen = Image.new("L", (side + 2 * around, side * 13 // 10 + 2 * around), light)
    screen.paste(code, (around, around))
    return screen


def placed(
    screen: Image.Image,
    *,
    turned: float = 0,
    keystone: float = 0,
    shift: tuple[float, float] = (0, 0),
    background: Image.Image | None = None,
) -> Image.Image:
    """A whole frame with the screen in its middle, moved by `shift`."""
    mask = Image.new("L", screen.size, 255)
    if keystone:
        screen, mask = (_leaning(part, keystone) for part in (screen, mask))
    if turned:
        smooth = Image.Resampling.BICUBIC
        screen, mask = (part.rotate(turned, smooth, expand=True) for part in (screen, mask))
    frame = (background or counter()).copy()
    corner = [(SIZE[axis] - screen.size[axis]) // 2 + round(shift[axis]) for axis in (0, 1)]
    frame.paste(screen, (corner[0], corner[1]), mask)
    return frame


def _leaning(part: Image.Image, lean: float) -> Image.Image:
    """Seen from the left: the right side is smaller by `lean`."""
    width, height = part.size
    narrow = width * (1 - lean / 2)
    across, up, far = width * (1 - lean) / narrow, -height * lean / (2 * narrow), -lean / narrow
    back = (across, 0, 0, up, 1, 0, far, 0)
    how = Image.Transform.PERSPECTIVE
    return part.transform(part.size, how, back, Image.Resampling.BICUBIC)


def noisy(frame: Image.Image, sigma: float, seed: int = 1) -> Image.Image:
    """With the noise of a sensor in poor light."""
    parts = _grain(seed)
    strength = round(sigma / GRAIN_SIGMA * 1000)
    return ImageMath.lambda_eval(
        lambda at: at["convert"](at["frame"] + (at["grain"] * strength) / 1000, "L"),
        frame=frame.convert("I"),
        grain=parts,
    )


@functools.cache
def _grain(seed: int) -> Image.Image:
    """Whole numbers about 0, nearly normal: each a sum of four even ones."""
    chance = random.Random(seed)
    fields = [
        Image.frombytes("L", SIZE, chance.randbytes(SIZE[0] * SIZE[1])) for _ in range(GRAINS)
    ]
    names = {f"n{number}": field.convert("I") for number, field in enumerate(fields)}
    return ImageMath.lambda_eval(
        lambda at: at["n0"] + at["n1"] + at["n2"] + at["n3"] - 510, **names
    )


def soft(frame: Image.Image, sigma: float) -> Image.Image:
    """Out of focus."""
    return frame.filter(ImageFilter.GaussianBlur(sigma))


def swept(frame: Image.Image, pixels: int) -> Image.Image:
    """Moved sideways while the shutter was open."""
    return frame.filter(ImageFilter.BoxBlur(((pixels - 1) / 2, 0)))


def glaring(frame: Image.Image, radius: int) -> Image.Image:
    """With a lamp mirrored in the screen, above the middle of it."""
    lamp = Image.new("L", SIZE, 0)
    x, y = SIZE[0] // 2 + radius // 5, SIZE[1] // 2 - radius * 3 // 10
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(lamp).ellipse(box, fill=255)
    return ImageChops.add(frame, lamp.filter(ImageFilter.GaussianBlur(radius / 3)))


def jpeg(frame: Image.Image) -> bytes:
    """As a webcam sends it: with colours at half the resolution."""
    out = BytesIO()
    frame.convert("RGB").save(out, "JPEG", quality=90, subsampling="4:2:0")
    return out.getvalue()


def png(frame: Image.Image) -> bytes:
    """Without a loss."""
    out = BytesIO()
    frame.save(out, "PNG", compress_level=1)
    return out.getvalue()


def write_clip(path: Path, frames: Iterable[bytes]) -> Path:
    """Motion JPEG: one picture after the other, of which the browser shows 30 a second."""
    with path.open("wb") as clip:
        clip.writelines(frames)
    return path
