"""What all tests share: one thread a process, the folder of real data where there is one, pages of print."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from crnn.image import picture


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small tensors run faster on one thread, and test processes side by side do not fight for cores."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data sets; the test is skipped where there is none."""
    folder = Path(os.environ.get("CRNN_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set $CRNN_DATA")
    return folder


TEXTS = ("first line here", "& a <second>", "no. 3")

ALTO = """<?xml version="1.0" encoding="{encoding}"?>
<!-- a comment that must stay, with ö -->
<alto xmlns="http://www.loc.gov/standards/alto/ns-v{version}#">
  <Description><MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation><fileName>{image}</fileName></sourceImageInformation></Description>
  <Layout><Page ID="p" WIDTH="{width}" HEIGHT="{height}"><PrintSpace HPOS="0" VPOS="0">
    <TextBlock ID="b1">
{lines}
    </TextBlock></PrintSpace></Page></Layout>
</alto>
"""

ALTO_LINE = """      <TextLine ID="l{n}" BASELINE="{baseline}" HPOS="{left}" VPOS="{top}" WIDTH="{w}" HEIGHT="{h}">
        <Shape><Polygon POINTS="{polygon}"/></Shape>
        {strings}
      </TextLine>"""

PAGE = """<?xml version="1.0" encoding="{encoding}"?>
<!-- a comment that must stay, with ö -->
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
  <Page imageFilename="{image}" imageWidth="{width}" imageHeight="{height}">
    <TextRegion id="r1"><Coords points="0,0 {width},0 {width},{height} 0,{height}"/>
{lines}
    </TextRegion>
  </Page>
</PcGts>
"""

PAGE_LINE = """      <TextLine id="l{n}" custom="structure {{type:Default;}}">
        <Coords points="{points}"/>
        <Baseline points="{base_points}"/>
        {strings}
      </TextLine>"""


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.fixture
def make_page(tmp_path):
    """Writes a page as ALTO or PAGE XML with its picture; returns the path of the XML file."""

    def make(kind="alto", texts=TEXTS, encoding="utf-8", version=4, scale=1, name="sheet", described=True):
        canvas = np.full((80 * len(texts) + 40, 640), 240, np.uint8)
        lines = []
        for n, text in enumerate(texts, start=1):
            drawn = picture.text(text, 60)[:, :560]
            left, top, (h, w) = 40, 80 * n - 60, drawn.shape
            canvas[top : top + h, left : left + w] = np.minimum(drawn, 240)
            left, top, w, h = (value * scale for value in (left, top, w, h))
            base = top + round(0.72 * h)
            corners = ((left, top), (left + w, top), (left + w, top + h), (left, top + h))
            facts = {
                "n": n, "left": left, "top": top, "w": w, "h": h,
                "baseline": f"{base}" if version < 4 else f"{left} {base} {left + w} {base}",
                "polygon": " ".join(f"{x} {y}" for x, y in corners),
                "points": " ".join(f"{x},{y}" for x, y in corners),
                "base_points": f"{left},{base} {left + w},{base}",
            }  # fmt: skip
            if kind == "alto":
                words = '<SP WIDTH="9"/>'.join(f'<String CONTENT="{escaped(word)}"/>' for word in text.split())
                lines.append(ALTO_LINE.format(strings=words if described else "", **facts))
            else:
                equivalent = f"<TextEquiv><Unicode>{escaped(text)}</Unicode></TextEquiv>"
                lines.append(PAGE_LINE.format(strings=equivalent if described else "", **facts))
        (tmp_path / f"{name}.png").write_bytes(picture.png(canvas))
        frame = ALTO if kind == "alto" else PAGE
        height, width = canvas.shape
        whole = frame.format(
            encoding=encoding, version=version, image=f"{name}.png", lines="\n".join(lines),
            width=width * scale, height=height * scale,
        )  # fmt: skip
        file = tmp_path / f"{name}.xml"
        file.write_bytes(whole.encode(encoding, errors="xmlcharrefreplace"))
        return file

    return make
