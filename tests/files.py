"""Files as people upload them: photographs with all that a phone writes into them, and what office programs save."""

import io
import zipfile

from django.core.files.base import ContentFile
from PIL import ExifTags, Image, PngImagePlugin

WHERE = "51.2787 N 0.5217 E"


def photograph(name="IMG_2027.jpg", *, size=(900, 600), orientation=1, colour="red"):
    """A photograph that says where it was taken and by whom."""
    image = Image.new("RGB", size, colour)
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Ada Lovelace"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSProcessingMethod] = WHERE
    made = io.BytesIO()
    image.save(made, "JPEG", exif=exif, comment=b"Ada Lovelace")
    return ContentFile(made.getvalue(), name)


def drawing(name="drawing.png", *, mode="RGBA"):
    """A picture that can be seen through, with words in it that nobody sees."""
    image = Image.new(mode, (40, 30), (0, 0, 0, 0)[: len(mode)])
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Ada Lovelace")
    made = io.BytesIO()
    image.save(made, "PNG", pnginfo=words)
    return ContentFile(made.getvalue(), name)


def office_file(name, holds):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(holds, "x")
    return ContentFile(made.getvalue(), name)


def pdf(name="plan.pdf", *, size=0):
    return ContentFile(b"%PDF-1.7\n" + b"x" * size, name)
