"""A PDF as somebody sees it who has printed it: its size, what is on it, and what is not."""

from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image

_DOTS_PER_POINT = 3.0


@dataclass(frozen=True)
class Sheet:
    """One printed page: millimetres, the words, the codes, and the paper itself."""

    width: int
    height: int
    words: str
    codes: list[str]
    paper: Image.Image
    boxes: list[tuple[float, float, float, float]]

    def is_within(self) -> bool:
        """Whether every letter stands on the page."""
        wide, high = self.width * 72 / 25.4 + 1, self.height * 72 / 25.4 + 1
        return all(
            left >= 0 and bottom >= 0 and right <= wide and top <= high
            for left, bottom, right, top in self.boxes
        )


def printed(pdf: bytes) -> Sheet:
    """The only page of it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        page = document[0]
        text = page.get_textpage()
        paper = page.render(scale=_DOTS_PER_POINT).to_pil()
        wide, high = page.get_size()
        boxes = [text.get_charbox(number) for number in range(text.count_chars())]
        words = " ".join(text.get_text_bounded().split())
        text.close()
        page.close()
    finally:
        document.close()
    codes = [found.text for found in zxingcpp.read_barcodes(paper)]
    return Sheet(round(wide * 25.4 / 72), round(high * 25.4 / 72), words, codes, paper, boxes)
