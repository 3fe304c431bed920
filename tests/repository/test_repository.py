"""What git tracks, and what it hands to LFS; the answers are those of git itself (ls-files, check-attr)."""

from __future__ import annotations

import base64
import zlib

import pytest

from scan2train.repository.attributes import Attributes
from scan2train.repository.places import repositories_of
from scan2train.repository.tracked import NoIndex, tracked_files
from scan2train.testing.repository import index_of, tracked

LINES = r"""
[attr]lfs filter=lfs diff=lfs -text
# a comment
*.pt filter=lfs
"deep/x y.pt" -filter
deep/**/b.bin lfs
/w.* filter=lfs
data/*.nii* filter=lfs
models/** filter=lfs
models/c.h5 !filter
f0??/n[0-4]* filter=lfs
data/img\[1\].nii -filter
 f1*/ filter=lfs
**/n15* filter=lfs
"\303\274/\303\266.pt" filter=other
"""
OF_GIT = {
    "a.pt": True,
    "deep/er/a.pt": False,
    "deep/x y.pt": False,
    "deep/er/b.bin": True,
    "deep/b.bin": True,
    "ü/ö.pt": False,
    "w.ckpt": True,
    "sub/w.ckpt": False,
    "W.CKPT": False,
    "data/img[1].nii": False,
    "data/vol.nii.gz": True,
    "data/more/vol.nii.gz": False,
    "models/a/b/c.h5": True,
    "models/c.h5": False,
    "f001/n1": True,
    "f001/n7": False,
    "f101/n1": False,
    "f101/n151": True,
}


@pytest.mark.parametrize(("path", "lfs"), OF_GIT.items())
def test_attributes_are_read_as_git_reads_them(tmp_path, path, lfs):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/.gitattributes").write_text("er/a.pt -filter\n")
    (tmp_path / ".gitattributes").write_text(LINES)
    assert Attributes(tmp_path, tmp_path / ".git").is_lfs(path) is lfs


def test_the_attributes_of_the_repository_come_last(tmp_path):
    (tmp_path / ".gitattributes").write_text("*.pt filter=lfs\n")
    (tmp_path / ".git/info").mkdir(parents=True)
    (tmp_path / ".git/info/attributes").write_text("*.pt -filter\n")
    assert not Attributes(tmp_path, tmp_path / ".git").is_lfs("a.pt")


#: Written by git: deep/a.bin of 300 bytes, a link, and an intent to add later.pt; version 3.
V3 = (
    "c-nLE402{*U|<H}Z1&YRB=lu$U^D~6KL!S~r@9ObjY}BdfKf*v`}6;|$3lXyoK%^&NuKAP?2-"
    "cq8MsnXQw#JH^^!947zhGn^B5SO&3!a`)5UAf-"
    "rbt(%A;-^deRd-(SbvOAt$jUwMeg^1f~v$`}7zX79bnP<xu#oM`No|ccqKMm5;4ISe*IZU1VU%$;``!C<rRv>7cXgzl-"
    "EA5nb;dy*0HBcgp~2`$lm"
)


def test_an_index_of_git_is_read():
    content = zlib.decompress(base64.b85decode(V3))
    assert [(one.path, one.size) for one in tracked_files(content)] == [("deep/a.bin", 300), ("later.pt", 0)]


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("length", [1, 7, 8, 9, 300, 5000])
def test_names_of_any_length_are_read(tmp_path, version, length):
    deep = "/".join(["d" * 100] * (length // 101) + ["n" * max(1, length % 101)])
    names = sorted([deep, f"{deep}x", "other"]) if length < 3000 else ["other"]
    tracked(dict.fromkeys(names, 3), git=False)(tmp_path)
    content = index_of(tmp_path, names, version)
    assert [one.path for one in tracked_files(content)] == names
    with pytest.raises(NoIndex):
        tracked_files(content[:-40])


@pytest.mark.parametrize(
    "content", [b"", b"DIRC", b"DIRC\0\0\0\x09\0\0\0\0", b"DIRC\0\0\0\x02\xff\xff\xff\xff" + b"\0" * 99]
)
def test_what_is_no_index_is_said(content):
    with pytest.raises(NoIndex):
        tracked_files(content)


def test_repositories_are_found_around_a_source_and_in_it(tmp_path):
    tracked({"a": 1})(tmp_path)
    (tmp_path / "scans/sub").mkdir(parents=True)
    modules = tmp_path / ".git/modules/sub"
    modules.mkdir(parents=True)
    (modules / "index").write_bytes((tmp_path / ".git/index").read_bytes())
    (tmp_path / "scans/sub/.git").write_text("gitdir: ../../.git/modules/sub\n")
    found = repositories_of(tmp_path / "scans", ["sub/.git", "sub/a"])
    assert [one.top for one in found] == [tmp_path, tmp_path / "scans/sub"]
    assert found[1].git.resolve() == modules
