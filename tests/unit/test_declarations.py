"""Which texts of declarations mean the same to a binary, and which do not: a table of pairs, with controls."""

from __future__ import annotations

import pytest

from abiding.providers.declarations import Declared, declare
from abiding.providers.headers import changes


def read(text: str, *, cxx: bool) -> Declared:
    known = Declared.empty()
    declare(text, known, cxx=cxx)
    assert known.unread == {}
    return known


def changed(old: str, new: str, *, cxx: bool = False) -> list[str]:
    first, second = (read(text, cxx=cxx) for text in (old, new))
    pairs = ((first.found, second.found), (first.constants, second.constants))
    return [change.name for pair in pairs for change in changes(*pair) if change.new]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int f(const int *p);", "int f(int const *q);"),
        ("unsigned int f(void);", "unsigned f();"),
        ("int f(int *p);", "int f(int p[]);"),
        ("int f(int *p);", "int f(int p[4]);"),
        ("int f(int *p);", "int f(int p[static 4]);"),
        ("enum e {A=0x10,B};", "enum e {A=16,B=17};"),
        ("enum {A=0x10};", "enum {A=16};"),
        ("struct s {int b, c;};", "struct s {int b; int c;};"),
        ("struct s {int *b, c[2];};", "struct s {int *b; int c[2];};"),
        ("int f(int a);", "int f(int);"),
        ("int (f)(int (a));", "int f(int a);"),
        ("long int f(long unsigned int);", "signed long f(unsigned long);"),
        ("signed int f(signed);", "int f(int);"),
        ("short int a(void); long long int b(void);", "short a(void); signed long long b(void);"),
        ("extern int v;", "int extern v;"),
        ("extern const char *const v;", "extern char const *const v;"),
        ("typedef unsigned long long u; u f(void);", "typedef long long unsigned int u; u f(void);"),
        ("struct s {unsigned a:3; int :0; int b:2*2;};", "struct s {unsigned int a:0x3; signed :0; int b:4;};"),
        ("typedef struct s s; struct s {int a;};", "typedef struct s {int a;} s;"),
        ("typedef struct {int a;} s; int f(s*);", "typedef struct s {int a;} s; int f(struct s*);"),
        ("typedef int (*cb)(int a, void *u);", "typedef int (*cb)(int, void*);"),
        ("int f(int cb(int));", "int f(int (*cb)(int));"),
        ("int f(int (*)(const char *));", "int f(int (*)(char const *s));"),
        ("typedef unsigned u32; int f(u32);", "typedef unsigned u32; int f(unsigned);"),
        ("typedef unsigned u32; int f(const u32 *);", "typedef unsigned u32; int f(const unsigned *);"),
        ("typedef unsigned u32; struct s {u32 a;};", "typedef unsigned u32; struct s {unsigned a;};"),
        ("typedef int (*cb)(int); struct s {cb a;};", "typedef int (*cb)(int); struct s {int (*a)(int);};"),
        ("struct s {union {int a; float b;}; int c;};", "struct s {union {int a; float b;} ; int c;};"),
        ("int f(const int a);", "int f(int a);"),
        ("int f(int (*)[4]);", "int f(int a[][4]);"),
        ("struct s {int a[2*2];};", "struct s {int a[4];};"),
        ("enum e {A,B,C};", "enum e {A=0,C=2,B=1};"),
        ("enum e {A=1<<3, B=A|1};", "enum e {A=8, B=9,};"),
        ("enum e {A='a'};", "enum e {A=97};"),
        ("#define M 16\n", "#define M 0x10\n"),
        ("#define M (16)\n", "#define M 16u\n"),
        ("#define M (1 << 4)\n", "#define M 16\n"),
        ('#define M "a"\n', '#define M ("a")\n'),
        ("#define T_VERSION 1\n", "#define T_VERSION 2\n"),
        ("#define M 1.0\n", "#define M 1.00\n"),
        ("#define f(x) 1\n", "#define f(x) 2\n"),
        ("struct __attribute__((packed)) s {char a; int b;};", "struct s {char a; int b;} __attribute__((__packed__));"),
        ("struct __attribute__((packed, aligned(4))) s {int b;};", "struct s {int b;} __attribute__((__packed__)) __attribute__((aligned(4)));"),
        ("int *f(void), g(int);", "int *f(void); int g(int);"),
        ("int a(void); int b(void);", "int b(void); int a(void);"),
        ("typedef int T[4];", "typedef int (T)[4];"),
        ("typedef struct {int a;} t, *tp; int f(tp);", "typedef struct t {int a;} t; typedef struct t *tp; int f(tp);"),
        ("typedef enum {A,B} e; int f(e);", "typedef enum e {A,B} e; int f(enum e);"),
        ("typedef enum : unsigned char {A} e;", "typedef enum : unsigned char {A=0} e;"),
        ("struct s {struct {int a;} x, y;};", "struct s {struct {int a;} x; struct {int a;} y;};"),
        ("volatile const int *f(void);", "const int volatile *f(void);"),
        ("__extension__ typedef struct {int a;} t;", "typedef struct {int a;} t;"),
        ("_Bool f(void);", "_Bool f();"),
        ("static inline int f(int a) {return a;} int g(void);", "static inline int f(int a) {return a+1;} int g(void);"),
        ("static inline int f(int a) {struct {int x;} s; return a;} int g(void);", "int g(void);"),
        ("int f(char *s, ...);", "int f(char *, ...);"),
        ("extern int a[];", "extern int a[];"),
        ("char f(signed char);", "char f(signed char c);"),
    ],
)  # fmt: skip
def test_one_meaning_in_c(one: str, other: str) -> None:
    assert (changed(one, other), changed(other, one)) == ([], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int f(const int *p);", "int f(int *p);"),
        ("int f(const int *p);", "int f(int *const p);"),
        ("int f(unsigned);", "int f(int);"),
        ("int f(char);", "int f(signed char);"),
        ("char f(unsigned char);", "char f(char);"),
        ("int f(long);", "int f(long long);"),
        ("int f(int*);", "int f(int**);"),
        ("int f(int);", "int f(int,int);"),
        ("int f(int);", "int f(int,...);"),
        ("int f(int);", "int f(void);"),
        ("void f(int);", "int f(int);"),
        # Fields, and tags, that are called as a type is.
        ("typedef int x; typedef int y; struct s {long x; long y;};", "typedef int x; typedef int y; struct s {long y; long x;};"),
        ("typedef int x; struct x {int a;}; int f(struct x *);", "typedef int x; struct x {int a;}; int f(int *);"),
        ("enum e {A=16};", "enum e {A=0x11};"),
        ("enum {A,B};", "enum {B,A};"),
        ("enum e {A,B};", "enum e {B,A};"),
        ("typedef enum {A,B} e;", "typedef enum {B,A} e;"),
        ("struct s {int b, c;};", "struct s {int c, b;};"),
        ("struct s {int b, *c;};", "struct s {int *b, c;};"),
        ("struct s {unsigned a:3;};", "struct s {unsigned a:4;};"),
        ("struct s {int a:3;};", "struct s {unsigned a:3;};"),
        ("struct s {union {int a; float b;};};", "struct s {union {int a; double b;};};"),
        ("struct s {union {int a; float b;};};", "struct s {struct {int a; float b;};};"),
        ("struct s {struct {int a;} x;};", "struct s {struct {int a; int b;} x;};"),
        ("typedef int (*cb)(int);", "typedef int (*cb)(long);"),
        ("typedef int (*cb)(int);", "typedef long (*cb)(int);"),
        ("int f(int (*)[4]);", "int f(int *(*)[4]);"),
        ("int f(int (*)[4]);", "int f(int (*)[5]);"),
        ("extern int v[4];", "extern int v[5];"),
        ("extern const char *v;", "extern char *const v;"),
        ("extern int v;", "extern _Thread_local int v;"),
        ("#define M 16\n", "#define M 0x11\n"),
        ('#define M "a"\n', '#define M "b"\n'),
        ("#define M (1 << 4)\n", "#define M (1 << 5)\n"),
        ("#define A 1\n#define M (A + 1)\n", "#define A 2\n#define M (A + 1)\n"),
        ("enum e {A=255} __attribute__((packed));", "enum e {A=255,B=256} __attribute__((packed));"),
        ("enum e {A};", "enum e {A,B=0x100000000};"),
        ("enum e {A};", "enum e {A} __attribute__((packed));"),
        ("enum e {A,B};", "enum e {A};"),
        ("struct s {int a;};", "struct s {const int a; int b;};"),
        ("struct s {int (*f)(int);};", "struct s {int (*f)(long);};"),
        ("struct s {int (*f)(int); int g;};", "struct s {int g; int (*f)(int);};"),
        ("struct s {int a;};", "struct s {long a;};"),
        ("typedef struct {int a;} *p; int f(p);", "typedef struct {long a;} *p; int f(p);"),
        ("struct __attribute__((packed)) s {char a; int b;};", "struct s {char a; int b;};"),
        ("static const int N = 4;", "static const int N = 5;"),
        ("typedef unsigned u32;", "typedef unsigned long u32;"),
        ("struct s {char a; int b __attribute__((packed));};", "struct s {char a; int b;};"),
        ("struct s {char a[4];};", "struct s {char a[];};"),
    ],
)  # fmt: skip
def test_another_meaning_in_c(one: str, other: str) -> None:
    assert changed(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A {public: int x; int get();};", "class A {int x; public: int get() const; int set(int);};"),
        ("class A { public: virtual ~A(); int x; };", "class A { public: A(int); virtual ~A(); int x = 3; };"),
        ("namespace n { int f(int a); }", "namespace n { int f(int); int f(long); }"),
        ("int f(int);", "int f(int); int f(long);"),
        ("class A { public: virtual void f(int a) const = 0; };", "class A { public: virtual void f(int b) const; };"),
        ("struct A { static const int n = 0x10; };", "struct A { static constexpr int n = 16; };"),
        ("template <class T> struct V { T *a; int n; };", "template <class T> struct V { T* a; int n; int size() const { return n; } };"),
        ("class A { void f() { if (x) { y(); } } int x; };", "class A { void f() { if (x) { z(); } } int x; };"),
        ("struct A { A() : x{1} {} int x; int y; };", "struct A { A() : x(1) { } int x; int y; };"),
        ("struct A { std::vector<int> v; };", "struct A { std::vector<int> v{}; };"),
        ("struct B; struct A : public B { int x; };", "struct B; struct A : B { int x; };"),
        ("class A { public: void g() override; virtual void f(); int x; };", "class A { public: void f2(); virtual void f(); int x; };"),
        ('extern "C" { int f(const int *p); }', 'extern "C" int f(int const *);'),
        ("using X = int; int f(int);", "int f(int);"),
        ("struct A { bool operator==(const A&o) const { return x==o.x; } int x; };", "struct A { bool operator==(const A&) const; int x; };"),
        ("struct A { A& operator=(const A& o) { x = o.x; return *this; } int x; };", "struct A { A& operator+=(const A& o) { x += o.x; return *this; } int x; };"),
        ("struct A { operator bool() const; int x; };", "struct A { int x; };"),
        ("class A { enum { N = 4 }; int x[N]; };", "class A { int x[4]; };"),
        ("struct A { template <class T> void f(T t) { t(); } int x; };", "struct A { int x; };"),
        ("struct A { friend class B; int x; };", "struct A { int x; };"),
        ("auto f() -> int;", "int f();"),
        ("int A::*p(void);", "int A::*p();"),
        ("namespace a { namespace b { struct S { int x; }; } }", "namespace a::b { struct S { int x; }; }"),
        ("inline namespace v1 { struct S { int x; }; }", "inline namespace v1 { struct S { signed x; }; }"),
    ],
)  # fmt: skip
def test_one_meaning_in_cxx(one: str, other: str) -> None:
    assert (changed(one, other, cxx=True), changed(other, one, cxx=True)) == ([], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A { public: virtual void f(); int x; };", "class A { public: virtual void f(); virtual void g(); int x; };"),
        ("class A { public: virtual void f(); virtual void g(); };", "class A { public: virtual void g(); virtual void f(); };"),
        ("class A { public: void f(); int x; };", "class A { public: virtual void f(); int x; };"),
        ("class A { int x; };", "class A { int x; int y; };"),
        ("class A { int x; };", "class A { A(const A&); int x; };"),
        ("class A { int x; };", "class A { ~A(); int x; };"),
        ("class A { ~A(); int x; };", "class A { virtual ~A(); int x; };"),
        ("struct B; struct A : public B { int x; };", "struct B; struct A : virtual B { int x; };"),
        ("struct A : B { int x; };", "struct A : C { int x; };"),
        ("struct A { static const int n = 0x10; };", "struct A { static constexpr int n = 17; };"),
        ("constexpr int N = 3;", "constexpr int N = 4;"),
        ("template <class T> struct V { T *a; int n; };", "template <class T> struct V { T *a; long n; };"),
        ("template <class T> struct V { T *a; int n; };", "template <class T> struct V { int n; T *a; };"),
        ('extern "C" { int f(const int *p); }', 'extern "C" int f(int *);'),
        ("namespace n { int f(int); }", "namespace n { long f(int); }"),
        ("enum class E : unsigned char { A, B };", "enum class E : int { A, B };"),
        ("namespace n { struct S { int x; }; }", "namespace n { struct S { long x; }; }"),
        ("struct S { struct I { int x; } i; };", "struct S { struct I { long x; } i; };"),
        ("struct A { std::vector<int> v; };", "struct A { std::vector<long> v; };"),
        ("class A { public: virtual void f(int); };", "class A { public: virtual void f(long); };"),
        ("struct A { int &r; };", "struct A { int r; };"),
    ],
)  # fmt: skip
def test_another_meaning_in_cxx(one: str, other: str) -> None:
    assert changed(one, other, cxx=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("enum e { A, B };", "enum e { A, B, C };"),
        ("enum e { A, C = 2 };", "enum e { A, B, C };"),
        ("typedef enum { A, B } e;", "typedef enum { A, B, C } e;"),
        ("enum class e : char { A };", "enum class e : char { A, B };"),
        ("enum { A };", "enum { A, B };"),
    ],
)
def test_what_may_be_added(old: str, new: str) -> None:
    assert changed(old, new, cxx="class" in old) == []


def test_what_is_a_constant() -> None:
    text = """\
#define A 0x10
#define B (A + 1)
#define C ((unsigned char)0377)
#define D "one" " two"
#define E -1.50f
#define F other(1)
#define G
#define H(x) 1
#define GONE 1
#undef GONE
#define TOY_VERSION_MAJOR 3
#define SIZE sizeof(int)
enum { I = (0x10 + 1) << 2, J };
static const int K = 'a';
enum named { L = 7 };
"""
    assert read(text, cxx=False).constants == {
        "A": "16",
        "B": "17",
        "C": "255",
        "D": '"one two"',
        "E": "-1.5",
        "I": "68",
        "J": "69",
        "K": "97",
    }


@pytest.mark.parametrize(
    "text",
    [
        f"int {'*' * 20_000}a;",
        f"extern int a{'[1]' * 5_000};",
        f"int {'(' * 20_000}a{')' * 20_000};",
        "namespace a {" * 20_000,
        "struct {" * 20_000,
        "struct a {" * 20_000 + "};" * 20_000,
        "a<" * 20_000 + ";",
        "template <" * 20_000,
        "({[" * 20_000,
        "}" * 20_000,
        "".join(f"typedef int (*t{place})(t{place - 1}, t{place - 1});" for place in range(1, 2_000)),
        f"struct s {{ struct {{ {'int a;' * 500} }} {', '.join(f'x{place}' for place in range(10_000))}; }};",
        "\n".join(f"#define A{place} A{place - 1} + A{place - 1}" for place in range(1, 2_000)) + "\n#define A0 1",
        "enum { A = 1 << 1000000000 };",
    ],
)
@pytest.mark.parametrize("cxx", [False, True])
@pytest.mark.timeout(60)
def test_what_nobody_has_written_ends(text: str, *, cxx: bool) -> None:
    """Whatever it says: what is not understood is not compared, and what follows is."""
    known = Declared.empty()
    declare(text, known, cxx=cxx)
    declare("int toy(int a);", known)
    assert "toy()" in known.found
