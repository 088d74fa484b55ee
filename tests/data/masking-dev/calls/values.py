"""Values of the set `calls`: `KINDS` for what is labelled, `OTHERS` for what is nobody's.

Kinds with `again` repeat the last value, and the `_spell` words tell how the last name is written, so a pattern has them after
the value that they go with (`_spell_new` and its like before `name_again`).
"""

from . import names, others, phones

KINDS = names.KINDS | phones.KINDS | others.KINDS
OTHERS = others.OTHERS
LABELS = names.LABELS | phones.LABELS
