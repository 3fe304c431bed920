"""The salt with which identities are hashed: made once per user, shared only if somebody wants to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
from pathlib import Path

from scan2train.errors import WrongUse

_BYTES = 32
#: 16 hexadecimal digits: no collision to be feared among all patients of a country.
_DIGEST = 8


def user_folder(kind: str) -> Path:
    """The user's ``"config"`` or ``"cache"`` folder for this package, as the platform wants it."""
    variable, fallback = {"config": ("XDG_CONFIG_HOME", ".config"), "cache": ("XDG_CACHE_HOME", ".cache")}[
        kind
    ]
    given = os.environ.get(variable, "")
    if os.path.isabs(given):
        return Path(given) / "scan2train"
    if sys.platform == "darwin":
        folder = {"config": "Application Support", "cache": "Caches"}[kind]
        return Path.home() / "Library" / folder / "scan2train"
    return Path.home() / fallback / "scan2train"


def read_salt(path: str | os.PathLike[str] | None = None) -> bytes:
    """The salt in ``path``, or the user's own, which is made if there is none.

    Raises
    ------
    WrongUse
        If ``path`` cannot be read or holds fewer than 16 bytes.
    """
    if path is None:
        return _own()
    try:
        with open(path, "rb") as file:
            salt = file.read(4096)
    except OSError as error:
        raise WrongUse("the salt cannot be read", where=path, found=error.strerror) from error
    if len(salt) < 16:
        raise WrongUse("a salt must have at least 16 bytes", where=path, found=f"{len(salt)} bytes")
    return salt


def hashed(value: str, salt: bytes) -> str:
    """16 hexadecimal digits of a keyed BLAKE2b over the value."""
    key = salt if len(salt) <= 64 else hashlib.blake2b(salt).digest()
    return hashlib.blake2b(value.encode(errors="surrogatepass"), digest_size=_DIGEST, key=key).hexdigest()


def _own() -> bytes:
    path = user_folder("config") / "salt"
    with contextlib.suppress(OSError):
        salt = path.read_bytes()
        if len(salt) == _BYTES:
            return salt
    salt = secrets.token_bytes(_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"salt.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(salt)
            file.flush()
            os.fsync(file.fileno())
        try:
            # Whoever comes first wins, so that two runs at once end up with the same salt.
            os.link(fresh, path)
        finally:
            fresh.unlink()
    except FileExistsError:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(
            "the salt for hashing identities cannot be kept",
            where=path,
            found=error.strerror,
            advice="Make the folder writable, or name a file with salt=.",
        ) from error
    return salt
