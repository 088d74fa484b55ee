"""Which placeholder stands for which value, and its label. See the README one folder up."""

from .addresses import address, address_part, address_said, village
from .emails import email, email_said, email_wide
from .impersonal import OTHERS
from .names import WORDS, compound, foreign, latin, minority, name
from .telephones import landline, mobile, phone

__all__ = ["KINDS", "LABELS", "OTHERS"]

KINDS = {
    "name": name, "compound": compound, "minority": minority, "foreign": foreign, "latin": latin, "wordname": lambda r: r.choice(WORDS), "email": email, "email_wide": email_wide, "email_said": email_said,
    "address": address, "address_part": address_part, "address_said": address_said, "village": village, "phone": phone, "mobile": mobile, "landline": landline,
}
LABELS = {"compound": "name", "minority": "name", "foreign": "name", "latin": "name", "wordname": "name", "email_wide": "email", "email_said": "email", "address_part": "address", "address_said": "address", "village": "address", "mobile": "phone", "landline": "phone"}
