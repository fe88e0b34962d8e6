"""Every QR that the product makes reads back, and is small enough for any phone."""

import io
import re

import pytest
import zxingcpp
from PIL import Image

from loyalty.cards import qr
from loyalty.cards.tokens import qr_text, read_scan
from tests.rigs.drawn import picture

TOKEN, VERSION_4 = "01ARZ3NDEKTSV4RRFFQ69G5FAV", 33
HOSTS = ["https://card.example.it", "http://127.0.0.1:8000", "https://fedelta.caffe-aurora.example"]


def texts(url):
    return [qr_text(url, TOKEN), *(qr_text(url, TOKEN, f"{n * 7_654_321:08d}") for n in range(6))]


@pytest.mark.parametrize("url", HOSTS)
@pytest.mark.parametrize("make", [qr.svg, qr.svg_once], ids=["svg", "svg_once"])
@pytest.mark.parametrize("pixels", [2, 3, 8])
def test_what_is_drawn_on_a_screen_reads_back_at_any_size(url, make, pixels):
    for text in texts(url):
        (found,) = zxingcpp.read_barcodes(picture(make(text), pixels=pixels))
        assert found.text == text
        assert read_scan(found.text).value == TOKEN


@pytest.mark.parametrize("url", HOSTS)
def test_what_is_saved_or_printed_reads_back(url):
    for text in texts(url):
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.png(text))))
        assert found.text == text


@pytest.mark.parametrize("make", [qr.svg, qr.svg_once], ids=["svg", "svg_once"])
def test_the_code_stays_small_and_keeps_its_margin(make):
    for url in HOSTS:
        for text in texts(url):
            svg = make(text)
            size = int(re.search(r'viewBox="0 0 ([0-9]+) ', svg)[1])
            assert size - 2 * qr.QUIET_ZONE <= VERSION_4
            firsts = [int(x) for x in re.findall(r"M([0-9]+) ", svg)]
            assert min(firsts) == qr.QUIET_ZONE
