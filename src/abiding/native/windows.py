"""Libraries that are part of Windows: the lists of delvewheel, and later additions.

Names are in lower case, as `Image` has them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern
from abiding.native.names import stem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag

__all__ = ["does_without", "has", "is_newer", "libraries"]


# In the system folder of each Windows that a supported Python runs on (10 of 2022, Server 2016, and later), as far as a
# header or an import library of its SDK leads there: delvewheel's names are those of Windows 7. What is installed with
# a driver, as an optional feature or beside a program is not among them.
_SINCE_SEVEN = """
bcp47langs bluetoothapis coml2 coremessaging coreuicomponents cryptngc d3d11on12 d3d12 d3dcompiler_47 dabapi dbgcore
dbgmodel dcomp deviceaccess dismapi dpapi dsreg efswrt fhsvcctl gdi32full gdiplus hrtfapo inkobjcore inputhost
kernel.appcore mdmregistration mfasfsrcsnk mfcaptureengine mfcore mfmp4srcsnk mfmpeg2srcsnk mfnetcore mfnetsrc
mfsensorgroup mfsrcsnk mftranscode mi mrmcorer mskeyprotect msvcp110_win msvcp_win ncryptprov ncryptsslp netsetupapi
ninput ntasn1 offreg policymanager profext rmclient rtworkq shcore srumapi tokenbinding tokenbroker twinapi
twinapi.appcore ucrtbase usermgrcli wcmapi websocket win32u windows.data.pdf windows.gaming.input windows.graphics
windows.media windows.networking windows.storage windows.storage.applicationdata windows.ui windows.ui.xaml winmde
winmmbase wintypes wldp wmiclnt wofutil xaudio2_8 xaudio2_9 xinput1_4 xinputuap
"""
_ALL = frozenset({"bthprops.cpl", "hhctrl.ocx", "ksproxy.ax", *(f"{name}.dll" for name in _SINCE_SEVEN.split())})
# Added between Server 2016, which is Windows 10 of that year, and Windows 10 of 2022.
_NEWER = frozenset(
    {"bcp47mrm.dll", "directml.dll", "dxcore.dll", "gamemode.dll", "icu.dll", "icuin.dll", "icuuc.dll", "umpdc.dll"}
    | {"webauthn.dll", "windows.ai.machinelearning.dll", "wslapi.dll"}
)
# API sets, which Windows resolves to files; those of `ext-` may be missing, and are loaded late.
_API_SET = pattern(r"(?:api|ext)-ms-.*")


def has(library: str) -> bool:
    """Return whether every Windows on any machine has a DLL, or every Python for it ships it."""
    from delvewheel import _dll_list

    if library in _ALL or _API_SET.fullmatch(library):
        return True
    return any(pattern.fullmatch(library) for pattern in _dll_list.ignore_regexes)


def is_newer(library: str) -> bool:
    """Return whether a DLL is in newer Windows, and not in the oldest supported one; no tag says which."""
    return library in _NEWER


def libraries(tags: Iterable[Tag]) -> frozenset[str]:
    """Return the names of further DLLs that are there wherever a wheel with these tags is installed."""
    from delvewheel import _dll_list

    of_each = []
    for tag in tags:
        machine = _dll_list.MachineType.platform_tag_to_type(tag.platform) or _dll_list.MachineType.AMD64
        stable = tag.abi.startswith("abi3")
        table = _dll_list.ignore_abi3 if stable else _dll_list.ignore_by_abi_platform
        subject = f"{tag.interpreter if stable else tag.abi}-{tag.platform}"
        # Without an ABI tag any interpreter is possible; all that are supported ship the same runtime.
        own = [names for pattern, names in table.items() if tag.abi == "none" or re.fullmatch(pattern, subject)]
        of_each.append(frozenset(_dll_list.ignore_names[machine]).union(*own))
    return frozenset.intersection(*of_each) if of_each else frozenset()


def does_without(file_name: str, library: str) -> bool:
    """Return whether a DLL imports one that current versions of Windows never load, as delvewheel lists them."""
    from delvewheel import _dll_list

    return library in _dll_list.ignore_dependency.get(f"{stem(file_name)}.dll", ())
