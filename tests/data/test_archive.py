"""Archives: unpacked once, never outside the folder, never more than allowed."""

import io
import tarfile
import zipfile

import pytest

import crnn
from crnn.data.archive import unpack
from crnn.errors import DataError, UnreadableError


def make_zip(file, members):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def make_tar(file, members):
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file


@pytest.mark.parametrize(("make", "name"), [(make_zip, "a.zip"), (make_tar, "a.tar.gz")])
def test_unpacks_once_and_enters_a_single_folder(tmp_path, make, name):
    file = make(tmp_path / name, {"set/开/1.wav": b"one", "set/关/2.wav": b"two"})
    folder = unpack(file, tmp_path / "cache")
    assert (folder / "开" / "1.wav").read_bytes() == b"one"
    assert folder.name == "set"
    (folder / "mark").touch()
    assert (unpack(file, tmp_path / "cache") / "mark").exists()


@pytest.mark.parametrize(("make", "name"), [(make_zip, "a.zip"), (make_tar, "a.tar.gz")])
@pytest.mark.parametrize("member", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_nothing_leaves_the_folder(tmp_path, make, name, member):
    file = make(tmp_path / name, {"ok.txt": b"ok", member: b"evil"})
    with pytest.raises(UnreadableError, match="leads outside"):
        unpack(file, tmp_path / "deep" / "cache")
    assert list((tmp_path / "deep" / "cache").iterdir()) == []
    assert not list(tmp_path.rglob("evil*"))


def test_links_stay_behind(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("empty.wav"))
    assert [item.name for item in unpack(tmp_path / "a.tar", tmp_path / "cache").iterdir()] == ["empty.wav"]


def test_a_bomb_is_defused(tmp_path):
    file = make_zip(tmp_path / "bomb.zip", {"zeros": bytes(10_000_000)})
    assert file.stat().st_size < 20_000
    with pytest.raises(UnreadableError, match="unpacks to more than"):
        unpack(file, tmp_path / "cache", most_bytes=1_000_000)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_broken_archive_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableError, match="check that the archive is whole"):
        unpack(tmp_path / name, tmp_path / "cache")


def test_chinese_names_of_old_zip_tools(tmp_path):
    # Such tools write the name's GB18030 bytes without the flag for UTF-8; Python reads them as code page 437.
    member = zipfile.ZipInfo("placeholder.wav")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, b"x")
    raw, name = (tmp_path / "a.zip").read_bytes(), "开关.wav".encode("gb18030")
    (tmp_path / "a.zip").write_bytes(raw.replace(b"placeholder.wav", name.rjust(15, b"_")))
    (file,) = unpack(tmp_path / "a.zip", tmp_path / "cache").iterdir()
    assert file.name.endswith("开关.wav")


@pytest.mark.parametrize(
    "task",
    [crnn.SpokenCommands, crnn.TextClassification, crnn.SeriesClassification, crnn.SpeechRecognition, crnn.Handwriting],
)
def test_an_archive_without_what_is_looked_for_is_called_by_its_name(tmp_path, monkeypatch, task):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    make_zip(tmp_path / "photos.zip", {"notes.xyz": b"nothing"})
    with pytest.raises(DataError) as failed:
        task().read(tmp_path / "photos.zip")
    assert str(failed.value).startswith(f"{tmp_path / 'photos.zip'} holds no")
    assert "cache" not in str(failed.value)
