"""The generation of tables that this program works with; see docs/decisions/0074.

Raised with each release. A migration that takes away what programs of an earlier generation need is named
`…_contract_gN`: it leaves nothing to those before N, and so it is a program of at least N that brings it.
"""

from __future__ import annotations

GENERATION = 1
