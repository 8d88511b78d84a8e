"""What not all installers take of metadata and of wheels, as measured with pip 26.3, uv 0.13 and packaging 26.4."""

from __future__ import annotations

__all__ = ["DATA", "PYTHONS", "REFUSED_BY_UV", "SCRIPTS", "TAKEN"]

# Requirements that `packaging` takes, and pip, and not uv.
REFUSED_BY_UV = (
    *("a_", "a[x_]", "a[b,x_]>=1", "a ()", "a===foo", "a===*", "a===1.0.*", "a===1.0-foo", "a===1.0_x"),
    *("a>=18446744073709551615", "a==1.0.post18446744073709551615", "a>=99999999999999999999999", "a; os_name === 'x'"),
    *(
        "a @ foo",
        "a @ ./rel",
        "a @ file:rel",
        "a @ mailto:x",
        "a @ ftp://e/x.whl",
        "a @ C:\\x.whl",
        "a @ /x.exe",
        "a @ file:///x.exe",
        "a @ git://e/x",
    ),
    *("a @ HTTPS://e/x.whl", "a @ git+x"),
    *("a @ svn+https://e/x", "a @ hg+https://e/x", "a @ bzr+https://e/x", "a @ file://host/x.whl"),
    *("a @ http://[::1/x", "a @ https://e:99999/x.whl", "a @ https://e/", "a @ https://e/x.exe", "a @ https://e/x.WHL"),
    *("a @ https://e/x.tbz2", "a @ https://e/x?f=a.whl", "a @ https://e/x.whl;os_name=='x'"),
)
# Requirements that all of them take.
TAKEN = (
    *(
        "a",
        "a.b",
        "A--b",
        "a[]",
        "a[x,y]>=1",
        "a (>=1)",
        "a>=1,",
        "a===1.0",
        "a @ https://e/x.tar.gz/",
        "a=== 1.0+x",
        "a==1.0+18446744073709551615",
    ),
    *("a>=18446744073709551614", "a; python_version >= '18446744073709551616'", "a; (os_name=='x')", "a==1!2.0.*"),
    *("a; 'linux' in sys_platform", "a; python_version not in '3.8 3.9'", "a; extra == 'x y'", "a>=v1", "a>=1.0-1"),
    *("a @ https://e/x.whl", "a @ https://e/x.tar.gz?x=1", "a @ https://e/x.tar.gz#egg=a", "a @ file:///folder"),
    *(
        "a @ git+ssh://git@e/x.git@v1",
        "a @ git+file:///x",
        "a @ git+http://e/x",
        "a @ /folder",
        "a @ /abs/x.whl",
        "a @ file://localhost/x.whl",
    ),
    "a @ https://e/x.whl ; os_name=='x'",
    "a; python_version == 'x === y'",
)
# Of `Requires-Python`: what all read, what the standard refuses and installers read alike, and what not all read.
PYTHONS = {
    "": (
        *(">=3.8", ">= 3.8, <4", ">=3.8,", "!=3.0.*,>=2.7", ">=3.8-beta", ">=v3.8", "~=3.8", "===3.11.7", ">3"),
        *("UNKNOWN", "", ">=3.5, !=3.9.7 "),
    ),
    "note": (">=3.8.*", ">=3.8.*,<4", ">3.8.*", "<4.0.*", "<=3.12.*", ">=2.7, <4.*"),
    "warning": (
        *("foo", "3", "3.8", "*", "(>=3.8)", '">=3.8"', ">=3.8;", "~=3", ">=3.8,,<4", ">=3.8+x", "=>3.8", ">=3.8|<4"),
        *("===foo", "== 3.8.x", ">=3,<=4.x", "≥3.8", ">=3.8 <4", ">=3.8 and <4", "~=3.7.*", "^3.8", ">=3.8.", ",,"),
        *("2.7,>=3.5", ">=3.8.*,<4;", "python>=3.8", f">={'9' * 30}"),
    ),
}

_PIP, _UV, _NONE = frozenset({"pip"}), frozenset({"uv"}), frozenset[str]()
_BOTH = _PIP | _UV
# What entry_points.txt may be, and who refuses a wheel that has it.
SCRIPTS = {
    **{
        text.encode(): _NONE
        for text in (
            *("", "# nothing\n", "[console_scripts]\nx = spam:main\n", "[console_scripts]\r\nx = spam:main\r\n"),
            *(
                "[console_scripts]\nx = spam:main [e]\n",
                "[console_scripts]\nx = spam:main[e,f]\n",
                "[gui_scripts]\nx=s:a.b.c\n",
            ),
            *("[console_scripts] # c\nx = spam:main\n", "[foo] ; c\nx = 1\n"),
            *("[console_scripts]\na b = spam:main\n", "[console_scripts]\n  x\t=\tspam:main\n", "[foo]\nx = 1 + 2\n"),
            *(
                "[console_scripts]\nX = spam:main\nx = spam:main2\n",
                "[console_scripts]\nx = s:a\n[gui_scripts]\nx = s:a\n",
            ),
            *("[ console_scripts ]\nx = spam:main\n", "[console_scripts]\nx = späm:main\n", "[foo]\nx = %(y)s\n"),
            *(
                "[console_scripts]\nx = mod:my-main\n",
                "[console_scripts]\na/../b = spam:main\n",
                "[DEFAULT]\nx = spam:main\n",
            ),
            *("[console_scripts]\nactivate = spam:main\n", "[console_scripts]\na\\b = spam:main\n"),
        )
    },
    **{
        text.encode(): _BOTH
        for text in (
            *(
                "[console_scripts]\nx = spam\n",
                "[gui_scripts]\nx = spam\n",
                "[console_scripts]\nx = spam:\n",
                "[foo]\nx\n",
            ),
            *("[console_scripts]\nx = 1 + 2\n", "[console_scripts]\nx\n", "[console_scripts]\nx = \n"),
            *(
                "[console_scripts]\nx: spam:main\n",
                "[console_scripts]\n../../x = spam:main\n",
                "[console_scripts]\n.. = s:m\n",
            ),
            *(
                "[console_scripts]\n. = s:m\n",
                "[console_scripts]\n/tmp/x = s:m\n",
                "[console_scripts]\nx = os;x:main\n",
            ),
            *(
                f"[console_scripts]\n{'x' * 300} = s:m\n",
                "[console_scripts]\nx = s:a:b\n",
                "[console_scripts]\nx = s:m [e\n",
            ),
            '[console_scripts]\nx = "spam:main"\n',
        )
    },
    b"[console_scripts]\nx = sp\xe4m:main\n": _BOTH,
    **{
        text.encode(): _UV
        for text in (
            *(
                "x = spam:main\n",
                "[console_scripts]\nx = s:m\n[console_scripts]\ny = s:m\n",
                "[]\nx = s:m\n",
                "[foo\nx = s:m\n",
            ),
            *("[console_scripts]\nx = s:m\nx = s:n\n", "[foo]\nx = a\nx = b\n", "[console_scripts]\nx = spam:main()\n"),
            *(
                "[console_scripts]\nx = os:system('id')\n",
                "[console_scripts]\nx = s:m ; c\n",
                "[console_scripts]\nx = s:m;import os\n",
            ),
            *("[console_scripts]\na/b = s:m\n", "[console_scripts]\npython = s:m\n", "[gui_scripts]\nPython = s:m\n"),
            *(
                "[console_scripts]\npythonw = s:m\n",
                "[console_scripts]\npython3.11 = s:m\n",
                "[console_scripts]\npython3.14t = s:m\n",
                "[console_scripts]\n = s:m\n",
            ),
            *(
                "\N{BYTE ORDER MARK}[console_scripts]\nx = s:m\n",
                "[console_scripts]\nx == s:m\n",
                "[console_scripts]\nx = s:ma\0in\n",
            ),
        )
    },
    **{
        text.encode(): _PIP
        for text in (
            *(
                "[console_scripts]\n; c\nx = s:m\n",
                "[console_scripts]\nx = my-mod:main\n",
                "[console_scripts]\nx = .spam:main\n",
            ),
            *("[console_scripts]\nx = spam..a:main\n", "[console_scripts]\nx = spam : main\n"),
        )
    },
}
# A member of a wheel, and who refuses it; None if the two put it elsewhere.
DATA = {
    **{f"spam-1.0.data/{one}/x": _NONE for one in ("purelib", "platlib", "headers", "scripts", "data")},
    "spam-1.0.data/data/share/a/x": _NONE,
    "spam/x.data/foo/y": _NONE,
    "spam/data/x": _NONE,
    **{
        f"spam-1.0.data/{one}": _BOTH
        for one in ("foo/x", "x", "Scripts/x", "include/x.h", "stdlib/x.py", "platstdlib/x")
    },
    "spam-1.0.data/scripts/sub/x": _UV,
    **{f"{one}/scripts/x": None for one in ("Spam-1.0.data", "spam-1.0.0.data", "other-1.0.data", "spam.data")},
    "other.data/foo/x": _PIP,
    "spam-1.0.data": _PIP,
    "x.data": _PIP,
}
