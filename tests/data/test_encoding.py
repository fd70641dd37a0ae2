"""Bytes are taken for the encoding that they were written in, damaged or not."""

import pytest

import crnn
from crnn.data.encoding import BROKEN, decode_text, encoding_of
from crnn.data.table import read_table

CHINESE = "path,label\n一.wav,打开灯光\n二.wav,关闭灯光\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zero_bytes(encoding):
    assert decode_text(CHINESE.encode(encoding)) == CHINESE


@pytest.mark.parametrize("line", ["who is he", "où est-il", "他是谁"])
@pytest.mark.parametrize("place", [0, 1, 20])
def test_a_stray_zero_byte_does_not_make_it_utf_16(tmp_path, line, place):
    text = f"{line}\n" * 9
    text = f"{text[:place]}\0{text[place:]}"
    assert decode_text(text.encode()) == text
    (tmp_path / "a.csv").write_bytes(f"text,label\n{text[:-1]},x\n".encode())
    assert read_table(tmp_path / "a.csv").rows


@pytest.mark.parametrize(
    ("raw", "encoding", "broken"),
    [
        ("é,été\n".encode() * 3 + b"\xe9\n", "utf-8", 1),
        ("打开灯光".encode()[:-1], "utf-8", 1),
        ("打开灯光".encode("gb18030") * 20 + b"\xb4", "gb18030", 1),
        ("d\u2019été, 5 \u20ac".encode("cp1252") + b" \x81", "cp1252", 1),
        ("d\u2019été, 5 \u20ac \u201cici\u201d".encode("cp1252"), "cp1252", 0),
    ],
)
def test_a_damaged_byte_does_not_change_the_encoding(raw, encoding, broken):
    assert encoding_of(raw) == encoding
    assert decode_text(raw) == raw.decode(encoding, errors="replace")
    assert decode_text(raw).count(BROKEN) == broken


@pytest.mark.parametrize("text", ["fenêtre ouverte, été à Orléans", "señal;años", "Straße — schön"])
def test_western_text_is_not_taken_for_chinese(text):
    assert decode_text(text.encode("cp1252")) == text
    assert decode_text(text.encode()) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "这家酒店很好,好评\n房间很脏,差评\n早餐不错,好评"),
        ("big5", "這家飯店很好,好評\n房間很髒,差評\n早餐不錯,好評"),
        ("shift_jis", "部屋はとてもきれいでした,良い\n朝食はおいしくなかった,悪い\n駅から近くて便利,良い"),
        ("euc_kr", "방이 매우 깨끗했습니다,좋음\n아침이 맛이 없었어요,나쁨\n직원들이 친절했다,좋음"),
        ("cp1251", "Номер был очень чистым,хорошо\nЗавтрак был невкусный,плохо\nПриветливый персонал,хорошо"),
        ("koi8-r", "Номер был очень чистым,хорошо\nЗавтрак был невкусный,плохо\nПриветливый персонал,хорошо"),
    ],
)
def test_three_rows_tell_their_encoding(tmp_path, encoding, text):
    raw = f"text,label\n{text}\n".encode(encoding)
    assert decode_text(raw) == raw.decode(encoding)
    (tmp_path / "t.csv").write_bytes(raw)
    _, findings = crnn.TextClassification().read(tmp_path / "t.csv")
    (told,) = findings["text in another encoding"].names
    assert f"read as “{text.split(',')[0].split()[0][:4]}" in told
