"""One thread's way into a catalog: its store, and the code sets read through it."""

from collections.abc import Callable, Mapping
from typing import Final

from lookup.code_set import CodeSet
from lookup.cpt.code_set import Cpt
from lookup.cpt.store import licence_of
from lookup.hcpcs.code_set import Hcpcs
from lookup.icd10cm.code_set import Icd10Cm
from lookup.icd10pcs.code_set import Icd10Pcs
from lookup.store import Store
from lookup.systems import CPT, HCPCS, ICD_10_CM, ICD_10_PCS

_CODE_SETS: Final[Mapping[str, Callable[[Store], CodeSet]]] = {
    CPT: Cpt,
    HCPCS: Hcpcs,
    ICD_10_PCS: Icd10Pcs,
}


class Reader:
    """A store and the code sets in it; used by one thread at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.licence = licence_of(store.catalog)
        """The licence under which CPT content is in it; None where there is none."""
        self.icd10cm = Icd10Cm(store)
        self._code_sets: dict[str, CodeSet] = {
            ICD_10_CM: self.icd10cm,
            **{system: code_set(store) for system, code_set in _CODE_SETS.items()},
        }

    def code_set(self, system: str) -> CodeSet:
        """The code set *system*, of which a release is loaded."""
        return self._code_sets[system]
