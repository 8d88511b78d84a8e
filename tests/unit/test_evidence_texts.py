"""Texts in compiled files. Oracle: what is found in a whole file is found however it is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abiding.evidence.interfaces import Interface, Kind, interfaces_of
from abiding.evidence.texts import search
from makers.evident import ELF, MACH_O, NUMPY_1, PE, image, numpy_2

CYTHON = (b"%.200s.%.200s size changed, may indicate binary incompatibility", b"flatiter", b"broadcast")
TABLE = [
    ([numpy_2("1.23")], [("numpy", "1.23", "")]),
    ([numpy_2("2.0")], [("numpy", "2.0", "")]),
    ([numpy_2("10.12")], [("numpy", "10.12", "")]),
    # A file that was linked from two needs what both need.
    ([numpy_2("1.9"), numpy_2("1.23")], [("numpy", "1.23", "")]),
    ([NUMPY_1], [("numpy", "", "2")]),
    # Headers of 2.x have both spellings, and headers of 1.x may be in a file with them.
    ([NUMPY_1, numpy_2("1.19")], [("numpy", "1.19", "")]),
    # What is not what numpy writes says nothing of a version.
    ([numpy_2("2.x")], [("numpy", "", "")]),
    ([numpy_2("2.0").replace(b"(NumPy 2.0)", b"(NumPy 2.0")], [("numpy", "", "")]),
    ([b"numpy._core._multiarray_umath", b"_ARRAY_API"], [("numpy", "", "")]),
    # A name alone is in documentation too.
    ([b"numpy.core._multiarray_umath", b"_ARRAY_API"], [("numpy", "", "")]),
    ([b"see numpy.core._multiarray_umath"], []),
    ([b"numpy.core.multiarray", b"_ARRAY_API"], [("numpy", "", "")]),
    ([b"%.200s.%.200s size changed, may indicate", b"flatiter", b"broadcast"], [("numpy", "", "")]),
    # Cython's own, from the declarations of numpy 1 or 2; in user's code alone it says nothing.
    ([*CYTHON, b"numpy.core.multiarray failed to import"], [("numpy", "", "2")]),
    ([*CYTHON, b"numpy._core.multiarray failed to import"], [("numpy", "", "")]),
    ([*CYTHON, b"numpy.core.multiarray failed to import", b"numpy._core.umath failed to import"], [("numpy", "", "2")]),
    (
        [*CYTHON, b"numpy.core.multiarray failed to import", b"numpy._core.multiarray failed to import"],
        [("numpy", "", "")],
    ),
    ([*CYTHON, b"numpy.core.multiarray failed to import", numpy_2("1.19")], [("numpy", "1.19", "")]),
    ([b"numpy.core.multiarray failed to import"], []),
    ([b"%.200s.%.200s size changed, may indicate", b"Comm"], []),
    # What a compiler calls its checks is no C API, nor what ends like one.
    ([b"osx.API", b"security.insecureAPI", b"optin.portability.UnixAPI"], []),
    ([b"wx._core._wxPyAPI"], [("wxpython", "", "")]),
    ([b"cairo.CAPI"], [("pycairo", "", "")]),
    ([b"google.protobuf.pyext._message.proto_API"], [("protobuf", "", "")]),
    # Of several that may have it, and of one that nobody knows, none is guessed.
    ([b"pygame.base._PYGAME_C_API"], [("", "", "")]),
    ([b"frob.core._C_API"], [("", "", "")]),
    ([b"greenlet._C_API"], [("greenlet", "", "")]),
    ([b"PyQt6.sip._C_API"], [("pyqt6-sip", "", "")]),
    ([b"datetime.datetime_CAPI", b"_curses._C_API", b"pyexpat.expat_CAPI"], []),
    ([b"_wcs._ASTROPY_WCS_API"], []),
    ([b"no capsule greenlet._C_API is here"], []),
    ([b"greenlet..x._C_API", b"._C_API", b"_C_API"], []),
    ([b"does not export expected C function", b"scipy.linalg.cython_blas"], [("scipy", "", "")]),
]  # fmt: skip


@pytest.mark.parametrize("head", [ELF, PE, MACH_O])
@pytest.mark.parametrize(("texts", "expected"), TABLE)
def test_what_a_file_says(texts: list[bytes], expected: list[tuple[str, str, str]], head: bytes) -> None:
    found = interfaces_of(search([image(*texts, head=head)]))
    assert [(one.distribution, one.floor, one.ceiling) for one in found] == expected
    assert all(one.unknown for one in found if one.kind is Kind.NUMPY and not one.floor)


@given(data=st.data())
@pytest.mark.parametrize("held", [2048, 5000, 32 << 20])
def test_pieces_change_nothing(data: st.DataObject, held: int) -> None:
    texts = data.draw(st.sampled_from([texts for texts, _ in TABLE]))
    fill = data.draw(st.integers(0, 6000))
    whole = image(*texts, fill=fill)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert interfaces_of(search(pieces, held)) == interfaces_of(search([whole]))


@pytest.mark.parametrize("at", range(2040 - 60, 2060))
def test_a_text_across_a_border(at: int) -> None:
    whole = ELF + b"\1" * (at - 20) + b"\0PyCapsule_Import\0" + numpy_2("1.25") + b"\0" + b"\2" * 4000
    (found,) = interfaces_of(search([whole], 2048))
    assert found == Interface(Kind.NUMPY, "numpy", "compiled against NumPy C-API version … (NumPy 1.25)", "1.25")


def test_identities() -> None:
    pybind11, nanobind = b"__pybind11_internals_v11_system_libstdcpp__", b"v20_system_libstdcpp_gxx_abi_1xxx"
    found = interfaces_of(search([image(pybind11, nanobind, b"__nb_internals_%s_%s__", b"libstdcpp_v8_no")]))
    assert [(one.kind, one.seen) for one in found] == [
        ("pybind11", pybind11.decode()),
        ("nanobind", nanobind.decode()),
    ]
    # Without nanobind's own text such a word is any word.
    assert interfaces_of(search([image(nanobind)])) == ()


def test_notes_of_libraries_to_be_opened() -> None:
    text = b'[{"soname":["libspam.so.1"],"priority":"required"}]'
    (found,) = interfaces_of(search([ELF + b"\0\4\0\0\0FDO\0" + text + b"\0"]))
    assert (found.kind, found.seen) == ("dlopen", text.decode())


def test_a_hostile_file_is_gone_through_once() -> None:
    """A thousand of each text are looked at; and of what is cut off at every byte nothing is made twice."""
    for text in (b"x.y_API\0", b"(NumPy NumPy C-API version 0x%x (NumPy ", b"FDO\0[{", b"core._multiarray_umath"):
        assert len(interfaces_of(search([image(text * 200_000)]))) < 10
