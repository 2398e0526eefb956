"""The integers that stand for names in tables and columns. Numba sees them as constants."""

from __future__ import annotations

from zhunsheng.core.rules.tree import Comparison, Op, Test, WindowKind
from zhunsheng.engine.judgement import Colour, Reason

FAR = 1 << 62

# Tags of payload values. DATE is canonical ISO text as days since 1970; ODD_DATE other text that a
# date parser accepts, as (text code << 24) + day + ODD_SHIFT. Each value has exactly one form.
MISSING, TEXT, INTEGER, FLAG_VALUE, DATE, ODD_DATE = 0, 1, 2, 3, 4, 5
ODD_SHIFT = 1 << 23

FIELD_OBJECT, FIELD_OCCURRED, FIELD_NEVER = -1, -2, -3

REASONS = (
    Reason.NONE,
    Reason.NO_FACT,
    Reason.FIELD_MISSING,
    Reason.SAMPLE_TOO_SMALL,
    Reason.SOURCE_SILENT,
    Reason.NO_PEERS,
)
NONE, NO_FACT, FIELD_MISSING, SAMPLE_TOO_SMALL, SOURCE_SILENT, NO_PEERS = range(6)
COLOURS = (Colour.NONE, Colour.UNKNOWN, Colour.NO_DATA, Colour.YELLOW, Colour.RED, Colour.CRITICAL)
C_NONE, C_UNKNOWN, C_NO_DATA, C_YELLOW, C_RED, C_CRITICAL = range(6)
# What a point shows when nothing is the matter, and what stands for a point of an object that is not there.
CALM, ABSENT = C_NONE + 8, 255
FAILS, HOLDS, UNKNOWN = 0, 1, 2

OPS = tuple(Op)
O_COUNT, O_SUM, O_MAX, O_MIN, O_DISTINCT, O_FLAG, O_OBJECTS, O_LATEST, O_SINCE, O_UNTIL = range(10)
TESTS = tuple(Test)
T_IN, T_NOT_IN, T_AT_LEAST, T_AT_MOST, T_PRESENT, T_ABSENT, T_UNTIL, T_SINCE = range(8)
WINDOWS = tuple(WindowKind)
W_ALL, W_DAYS, W_HOURS, W_MONTHS, W_DAY, W_MONTH, W_QUARTER, W_YEAR, W_SINCE = range(9)
COMPARISONS = tuple(Comparison)
Q_AT_LEAST, Q_MORE, Q_AT_MOST, Q_LESS, Q_EQUALS, Q_IN, Q_NOT_IN = range(7)

# Columns of the table of windows: kind, length, days before, event select (or -1), event by object.
WIN_KIND, WIN_LENGTH, WIN_OFFSET, WIN_EVENT, WIN_EVENT_BY_OBJECT = range(5)
# Columns of window bounds at one instant: start < occurred <= end.
B_START, B_END = range(2)
# Columns of the table of aggregates.
(
    A_OP,
    A_WINDOW,
    A_FIELD,
    A_SLOT,
    A_BY_OBJECT,
    A_CROSS,
    A_SOURCES,
    A_LISTED,
    A_DUE,
    A_MIDNIGHT,
    A_LINES_LO,
    A_LINES_HI,
    A_TOTAL,
    A_EARLY,
    A_SCOPE_OBJECT,
) = range(15)
# Columns of feeds (which aggregate a fact of a shape feeds, and what is left to test).
F_TARGET, F_PLAIN_LO, F_RELATIVE_LO, F_HI, F_NEVER = range(5)
# Columns of filters and of grades.
Y_FIELD, Y_TEST, Y_LO, Y_HI = range(4)
# Columns of condition nodes. Compare: op, parts, line.
N_TYPE, N_A, N_B, N_COMPARISON, N_LINE_KIND, N_LINE_LO, N_LINE_HI, N_PER, N_SAMPLE_MIN = range(9)
NODE_COMPARE, NODE_ALL, NODE_ANY, NODE_NOT = range(4)
L_INTEGER, L_LIST, L_PEER, L_AGGREGATE = range(4)
# Columns of conditions: first and last node, words of the aggregate mask, whether a default exists.
K_LO, K_HI, K_FIXED = range(3)
# Columns of items and points; conditions are -1 where absent.
I_POINTS_LO, I_POINTS_HI, I_APPLIES, I_NEEDS_ENROLMENT = range(4)
P_YELLOW, P_RED, P_CRITICAL, P_UNLESS, P_CLEAR, P_NO_DATA, P_OBJECTS, P_DENSE = range(8)
# Columns of indicators.
(
    G_SHAPE,
    G_A,
    G_B,
    G_PER,
    G_SAMPLE_MIN,
    G_LO,
    G_HI,
    G_DECAYS,
    G_REPEAT_FROM,
    G_REPEAT_PERCENT,
    G_CAP,
    G_FAMILY,
    G_MODEL,
) = range(13)
S_LEVEL, S_STEPS, S_EACH, S_WORST, S_CASES = range(5)
# Columns of models.
(
    M_IND_LO,
    M_IND_HI,
    M_FAM_LO,
    M_FAM_HI,
    M_RULE_LO,
    M_RULE_HI,
    M_CUT_LO,
    M_CUT_HI,
    M_SUFFICIENCY,
    M_INSUFFICIENT,
) = range(10)
# Roles of a shape: bit 0 source status, 1 enrolment, 2 peer group, 3 an event of some window.
R_STATUS, R_ENROLMENT, R_PEER_GROUP, R_EVENT = 1, 2, 4, 8
# Columns of the state of a slot.
V_COUNT, V_SUM, V_FACT, V_HEAD = range(4)
# The context of the subject that is being judged.
(
    X_AS_OF,
    X_TODAY,
    X_KNOWN_AT,
    X_DUE,
    X_SILENT,
    X_GROUP_TAG,
    X_GROUP_VALUE,
    X_USED,
    X_CHAIN,
    X_STAMP,
    X_ENROLLED_ANY,
    X_LO,
    X_OBJECT_LO,
    X_OBJECTS,
    X_PLAIN,
    X_HASHED,
    X_MASK,
) = range(17)
