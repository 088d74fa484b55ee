"""Made-up telephone numbers, typed and said."""

from common import digits, full_width
from spelling import EVERYDAY, HAN, HAN_YAO, han

PREFIXES = "130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 166 170 171 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 191 193 195 196 198 199".split()
AREAS = "010 020 021 022 023 024 025 027 028 029 0311 0351 0371 0411 0431 0451 0471 0512 0531 0532 0551 0571 0574 0577 0591 0592 0595 0731 0755 0757 0769 0771 0791 0851 0871 0891 0898 0931 0951 0971 0991 0379 0516 0536 0663 0717 0816 0873 0937 0999".split()
# Where the number after the area code has seven digits.
SHORT = "0351 0471 0663 0717 0816 0873 0891 0931 0937 0951 0971 0991 0999 0536".split()


def mobile_digits(r):
    return r.choice(PREFIXES) + digits(r, 8)


def mobile(r):
    d = mobile_digits(r)
    three = d[:3], d[3:7], d[7:]
    how = r.random()
    if how < 0.5:
        return d
    if how < 0.68:
        return r.choice([" ", "-", " ", "—", ".", "，", "_"]).join(three)
    if how < 0.76:
        return r.choice(["+86", "+86 ", "86-", "0086", "+86-"]) + d
    if how < 0.8:
        return r.choice(["+852 ", "00852-", "+853 ", "+852"]) + "6" + digits(r, 7)
    if how < 0.83:
        return full_width(d)
    if how < 0.87:
        return " ".join([d[:4], d[4:7], d[7:]])
    said = han(r, d, r.choice(EVERYDAY))
    return r.choice(["", " ", "，", "", "嗯", "然后"]).join([said[:3], said[3:7], said[7:]]) if r.random() < 0.8 else " ".join(said)


def landline(r):
    area = r.choice(AREAS)
    local = r.choice("2345678") + digits(r, 6 if area in SHORT else 7)
    how = r.random()
    if how < 0.75:
        return r.choice(["%s-%s", "%s-%s", "%s%s", "%s %s", "(%s)%s", "（%s）%s", "%s—%s"]) % (area, local)
    if how < 0.85:
        return local
    if how < 0.9:
        return "+86-%s-%s" % (area[1:], local)
    return han(r, area, HAN if r.random() < 0.5 else HAN_YAO) + r.choice(["", " ", "，"]) + han(r, local, HAN_YAO)


def phone(r):
    return landline(r) if r.random() < 0.12 else mobile(r)
