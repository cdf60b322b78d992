"""Callback signature and encryption of WeCom (wecom protocol notes a.2-a.7)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError

BLOCK = 32  # WeCom pads to 32 bytes, not to AES's own 16: the pad byte runs from 1 to 32
RANDOM_BYTES = 16
LENGTH_BYTES = 4

SIGNATURE_MISMATCH, XML_PARSE, BAD_AES_KEY, RECEIVEID_MISMATCH = -40001, -40002, -40004, -40005
DECRYPT, BAD_BUFFER, BASE64 = -40007, -40008, -40010

MEANINGS = {
    SIGNATURE_MISMATCH: _("The signature does not match: compare Token on both sides."),
    XML_PARSE: _("The callback body is not the expected XML."),
    BAD_AES_KEY: _("EncodingAESKey must be 43 letters and digits."),
    RECEIVEID_MISMATCH: _("The callback is meant for another corp: compare the corp ID."),
    DECRYPT: _("The callback cannot be decrypted: compare EncodingAESKey on both sides."),
    BAD_BUFFER: _("The decrypted callback is malformed: compare EncodingAESKey on both sides."),
    BASE64: _("The callback's ciphertext is not base64."),
}


class CallbackCryptoError(ScrmError):
    """`wx_code` is the code of WXBizMsgCrypt (notes a.7)."""

    code, status = "callback_crypto", 403

    def __init__(self, wx_code: int):
        self.wx_code = wx_code
        super().__init__(MEANINGS[wx_code])


def aes_key(encoding_aes_key: str) -> bytes:
    """The 32 key bytes of a 43-character EncodingAESKey; CallbackCryptoError -40004 otherwise.

    WeCom's own keys are letters and digits; the other two base64 characters do no harm.
    """
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", encoding_aes_key):
        raise CallbackCryptoError(BAD_AES_KEY)
    return base64.b64decode(encoding_aes_key + "=")


def signature(token: str, timestamp: str, nonce: str, ciphertext: str) -> str:
    """Lower-case hex SHA-1 of the four strings, sorted bytewise and joined."""
    parts = sorted(part.encode() for part in (token, timestamp, nonce, ciphertext))
    return hashlib.sha1(b"".join(parts)).hexdigest()


def signature_check(*, token: str, timestamp: str, nonce: str, ciphertext: str, msg_signature: str) -> None:
    """Raise CallbackCryptoError -40001 unless the signature matches; the comparison takes constant time."""
    expected = signature(token, timestamp, nonce, ciphertext)
    if not hmac.compare_digest(expected.encode(), msg_signature.encode()):
        raise CallbackCryptoError(SIGNATURE_MISMATCH)


def _cipher(key: bytes) -> Cipher:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _ciphertext_bytes(ciphertext: str) -> bytes:
    try:
        raw = base64.b64decode(ciphertext, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallbackCryptoError(BASE64) from error
    if not raw or len(raw) % 16:
        raise CallbackCryptoError(DECRYPT)
    return raw


def _unpadded(block: bytes) -> bytes:
    pad = block[-1]
    if not 1 <= pad <= BLOCK or pad > len(block) or block[-pad:] != bytes([pad]) * pad:
        raise CallbackCryptoError(DECRYPT)
    return block[:-pad]


def decrypt(*, encoding_aes_key: str, receiveid: str, ciphertext: str) -> str:
    """The message inside `ciphertext` (base64). CallbackCryptoError with -40004, -40005, -40007, -40008 or -40010."""
    decryptor = _cipher(aes_key(encoding_aes_key)).decryptor()
    block = _unpadded(decryptor.update(_ciphertext_bytes(ciphertext)) + decryptor.finalize())
    body = block[RANDOM_BYTES:]
    if len(body) < LENGTH_BYTES:
        raise CallbackCryptoError(BAD_BUFFER)
    end = LENGTH_BYTES + int.from_bytes(body[:LENGTH_BYTES], "big")
    if end > len(body):
        raise CallbackCryptoError(BAD_BUFFER)
    if not hmac.compare_digest(body[end:], receiveid.encode()):
        raise CallbackCryptoError(RECEIVEID_MISMATCH)
    try:
        return body[LENGTH_BYTES:end].decode()
    except UnicodeDecodeError as error:
        raise CallbackCryptoError(BAD_BUFFER) from error


def encrypt(*, encoding_aes_key: str, receiveid: str, message: str, random: bytes | None = None) -> str:
    """Base64 ciphertext of `message`. `random`: 16 bytes, given only to reproduce a known ciphertext."""
    key = aes_key(encoding_aes_key)
    text = message.encode()
    plain = (random or secrets.token_bytes(RANDOM_BYTES)) + len(text).to_bytes(LENGTH_BYTES, "big") + text + receiveid.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def open_sealed(
    *, token: str, encoding_aes_key: str, receiveid: str, timestamp: str, nonce: str, msg_signature: str, ciphertext: str
) -> str:
    """Check the signature, then decrypt. Used for callback bodies."""
    signature_check(token=token, timestamp=timestamp, nonce=nonce, ciphertext=ciphertext, msg_signature=msg_signature)
    return decrypt(encoding_aes_key=encoding_aes_key, receiveid=receiveid, ciphertext=ciphertext)


def verify_url(*, token: str, encoding_aes_key: str, receiveid: str, timestamp: str, nonce: str, msg_signature: str, echostr: str) -> str:
    """The text to answer a URL verification with (notes a.3).

    A proxy that decodes the query twice turns `+` into a space; base64 has no spaces, so they are turned back.
    """
    return open_sealed(
        token=token,
        encoding_aes_key=encoding_aes_key,
        receiveid=receiveid,
        timestamp=timestamp,
        nonce=nonce,
        msg_signature=msg_signature,
        ciphertext=echostr.replace(" ", "+"),
    )
