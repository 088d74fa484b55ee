"""Which placeholder stands for which value, and its label. See the README one folder up."""

from common import digits
from spelling import lumpy

from .credentials import (
    code_four, code_letters, code_six, code_spoken, cvn, cvn_four, cvn_spoken, password, password_birthday,
    password_four, password_letters, password_pinyin, password_said_word, password_six, password_six_spoken,
    password_spelled, password_token, pin, secret_digits, verification_code,
)
from .identifiers import (
    account, account_said, card, card_of, card_said, id_old, id_resident, id_said, id_x, mobile_said, passport,
    permit_hk, permit_home, permit_out_tw, permit_tw, phone, phone_hk, phone_land, phone_mobile,
)
from .impersonal import OTHERS

__all__ = ["KINDS", "LABELS", "OTHERS"]

KINDS = {
    "phone": phone, "phone_mobile": phone_mobile, "phone_spoken": mobile_said, "phone_land": phone_land, "phone_hk": phone_hk,
    "card": card, "card_spoken": card_said, "card_foreign": lambda r: card_of(r, lambda n: n[0] != "6"),
    "card_sixteen": lambda r: card_of(r, lambda n: len(n) == 16), "card_nineteen": lambda r: card_of(r, lambda n: len(n) == 19 and n[:2] == "62"),
    "account": account, "account_spoken": account_said,
    "id_number": id_resident, "id_spoken": id_said, "id_x": id_x, "id_old": id_old, "passport": passport,
    "permit_hk": permit_hk, "permit_out_tw": permit_out_tw, "permit_home": permit_home, "permit_tw": permit_tw,
    "cvn": cvn, "cvn_spoken": cvn_spoken, "cvn_four": cvn_four,
    "password": password, "password_six": password_six, "password_six_spoken": password_six_spoken, "password_four": password_four,
    "password_letters": password_letters, "password_pinyin": password_pinyin, "password_spelled": password_spelled,
    "password_said_word": password_said_word, "password_birthday": password_birthday, "password_token": password_token,
    "password_eight": lambda r: secret_digits(r, pin(r, 8)) if r.random() < 0.3 else r.choice(["abcd", "wang", "love", "King", "Baby", "zxcv", "mima"]) + digits(r, 4),
    "verification_code": verification_code, "code_six": code_six, "code_plain": lambda r: lumpy(r, 6), "code_four": code_four, "code_spoken": code_spoken, "code_letters": code_letters, "code_eight": lambda r: secret_digits(r, lumpy(r, 8)),
}

LABELS = {
    "phone_mobile": "phone", "phone_spoken": "phone", "phone_land": "phone", "phone_hk": "phone",
    "card_spoken": "card", "card_foreign": "card", "card_sixteen": "card", "card_nineteen": "card", "account_spoken": "account",
    "id_spoken": "id_number", "id_x": "id_number", "id_old": "id_number", "passport": "id_number",
    "permit_hk": "id_number", "permit_out_tw": "id_number", "permit_home": "id_number", "permit_tw": "id_number",
    "cvn_spoken": "cvn", "cvn_four": "cvn",
    "password_six": "password", "password_six_spoken": "password", "password_four": "password", "password_letters": "password",
    "password_pinyin": "password", "password_spelled": "password", "password_said_word": "password",
    "password_birthday": "password", "password_token": "password", "password_eight": "password",
    "code_six": "verification_code", "code_plain": "verification_code", "code_four": "verification_code", "code_spoken": "verification_code", "code_letters": "verification_code", "code_eight": "verification_code",
}
