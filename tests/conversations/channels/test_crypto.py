"""Official and SDK vectors of the callback crypto (wecom protocol notes a.8)."""

import json
from pathlib import Path

import pytest

from conversations.channels.wecom_kf import crypto
from conversations.channels.wecom_kf.xml import callback_parse, envelope_parse, envelope_render

VECTORS = json.loads((Path(__file__).parent / "fixtures" / "crypto_vectors.json").read_text())
DECRYPTED = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "L1"]
ECHOES = ["V1", "V3", "V5", "V7"]


def sealed(vector: dict, **changes) -> dict:
    names = ("token", "receiveid", "timestamp", "nonce", "ciphertext")
    values = {name: vector[name] for name in names} | {"encoding_aes_key": vector["key"], "msg_signature": vector["signature"]}
    return values | changes


@pytest.mark.parametrize("name", VECTORS)
def test_signature_equals_the_vector(name):
    vector = VECTORS[name]
    assert crypto.signature(vector["token"], vector["timestamp"], vector["nonce"], vector["ciphertext"]) == vector["signature"]


@pytest.mark.parametrize("name", [name for name in DECRYPTED if VECTORS[name]["plain"]])
def test_plaintext_equals_the_vector(name):
    assert crypto.open_sealed(**sealed(VECTORS[name])) == VECTORS[name]["plain"]


@pytest.mark.parametrize("name", ["V4", "V6"])
def test_message_fields_equal_the_vector(name):
    message = crypto.open_sealed(**sealed(VECTORS[name]))
    for field, value in VECTORS[name]["fields"].items():
        assert f"<{field}>{value}</{field}>" in message or f"<{field}><![CDATA[{value}]]></{field}>" in message


def test_encrypting_with_a_fixed_random_equals_the_vector():
    vector = VECTORS["V8"]
    made = crypto.encrypt(
        encoding_aes_key=vector["key"], receiveid=vector["receiveid"], message=vector["plain"], random=b"1234567890123456"
    )
    assert made == vector["ciphertext"]


@pytest.mark.parametrize("name", ECHOES)
def test_url_verification_returns_the_echo(name):
    values = sealed(VECTORS[name])
    values["echostr"] = values.pop("ciphertext")
    assert crypto.verify_url(**values) == VECTORS[name]["plain"]
    assert crypto.verify_url(**values | {"echostr": values["echostr"].replace("+", " ")}) == VECTORS[name]["plain"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "437374424"}, -40001),
        ({"msg_signature": "é" * 40}, -40001),
        ({"token": "654321"}, -40001),
        ({"receiveid": "wx49f0ab532d5d035b"}, -40005),
        ({"encoding_aes_key": "short"}, -40004),
        ({"encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}, -40007),
    ],
)
def test_wrong_settings_are_named_by_code(changes, code):
    with pytest.raises(crypto.CallbackCryptoError) as caught:
        crypto.open_sealed(**sealed(VECTORS["V3"], **changes))
    assert caught.value.wx_code == code


@pytest.mark.parametrize(("ciphertext", "code"), [("not base64!", -40010), ("AAAA", -40007), ("", -40007), ("QUJD" * 11, -40007)])
def test_broken_ciphertexts_are_refused(ciphertext, code):
    with pytest.raises(crypto.CallbackCryptoError) as caught:
        crypto.decrypt(encoding_aes_key=VECTORS["V3"]["key"], receiveid="x", ciphertext=ciphertext)
    assert caught.value.wx_code == code


@pytest.mark.parametrize("length", [0, 1, 7, 8, 31, 32, 33, 5000])
def test_encrypt_and_decrypt_agree(length):
    key, text = VECTORS["V1"]["key"], "好" * length
    made = crypto.encrypt(encoding_aes_key=key, receiveid="ww1", message=text)
    assert crypto.decrypt(encoding_aes_key=key, receiveid="ww1", ciphertext=made) == text


def test_doorbell_is_parsed():
    doorbell = callback_parse(VECTORS["L1"]["plain"])
    assert (doorbell.event, doorbell.open_kfid, doorbell.create_time) == ("kf_msg_or_event", "wkxxxxxxx", 1348831860)
    assert doorbell.token == "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR"


def test_account_grants_are_parsed():
    change = callback_parse(
        "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><Event>kf_account_auth_change</Event>"
        "<AuthAddOpenKfId>wk1</AuthAddOpenKfId><AuthAddOpenKfId>wk2</AuthAddOpenKfId><AuthDelOpenKfId>wk3</AuthDelOpenKfId></xml>"
    )
    assert (change.granted, change.revoked) == (("wk1", "wk2"), ("wk3",))


def test_envelope_round_trip():
    envelope = envelope_parse(envelope_render(to_user_name="ww1", encrypt="abc+/="))
    assert (envelope.to_user_name, envelope.encrypt) == ("ww1", "abc+/=")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml></xml>",
        b"<xml><Encrypt>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Encrypt>1</Encrypt></xml>',
        b"\xff\xfe\x00",
    ],
)
def test_wild_bodies_are_refused(body):
    with pytest.raises(crypto.CallbackCryptoError) as caught:
        envelope_parse(body)
    assert caught.value.wx_code == -40002
