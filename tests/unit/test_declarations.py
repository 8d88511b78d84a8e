"""Which texts of declarations mean the same to a binary, and which do not: tables of pairs, with controls."""

from __future__ import annotations

import pytest

from abiding.providers import headers
from abiding.providers.declaration_changes import changes, comparable_parts, constants
from abiding.providers.declarations import CONSTANTS, ParsedHeaders

pytestmark = pytest.mark.slow

ONE_MEANING_IN_C = [
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
    (
        "struct __attribute__((packed, aligned(4))) s {int b;};",
        "struct s {int b;} __attribute__((__packed__)) __attribute__((aligned(4)));",
    ),
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
    # A pointer is the same whether one may write to what it points to.
    ("int f(char *a);", "int f(const char *a);"),
    ("int f(const int *p);", "int f(int *const p);"),
    ("int f(char **a);", "int f(const char *const *a);"),
    ("char *f(void);", "const char *f(void);"),
    ("struct t { char *a; };", "struct t { const char *a; };"),
    ("struct t { int (*f)(char *); };", "struct t { int (*f)(const char *); };"),
    ("struct t { struct { int a; } *b; };", "struct t { const struct { int a; } *b; };"),
    ("typedef char *t;", "typedef const char *t;"),
    ("extern char *v;", "extern const char *v;"),
    ("void f(void);", "void f(void) __attribute__((noreturn));"),
    ("struct s {void (*f)(void);};", "struct s {void (*f)(void) __attribute__((noreturn));};"),
]
ANOTHER_MEANING_IN_C = [
    ("int f(unsigned);", "int f(int);"),
    ("int f(char);", "int f(signed char);"),
    ("char f(unsigned char);", "char f(char);"),
    ("int f(long);", "int f(long long);"),
    ("int f(int*);", "int f(int**);"),
    ("int f(int);", "int f(int,int);"),
    ("int f(int);", "int f(int,...);"),
    ("int f(int);", "int f(void);"),
    ("void f(int);", "int f(int);"),
    (
        "typedef int x; typedef int y; struct s {long x; long y;};",
        "typedef int x; typedef int y; struct s {long y; long x;};",
    ),
    ("typedef int x; struct x {int a;}; int f(struct x *);", "typedef int x; struct x {int a;}; int f(int *);"),
    ("enum e {A=16};", "enum e {A=0x11};"),
    ("enum {A,B};", "enum {B,A};"),
    ("enum e {A,B};", "enum e {B,A};"),
    ("typedef enum {A,B} e;", "typedef enum {B,A} e;"),
    ("struct s {int b, c;};", "struct s {int c, b;};"),
    ("extern int v;", "extern const int v;"),
    ("extern char v[4];", "extern const char v[4];"),
    ("extern char *v;", "extern char *const v;"),
    ("typedef int t;", "typedef int t __attribute__((aligned(16)));"),
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
]
TWO = "struct A { virtual void a(); }; struct B { virtual void b(); virtual void d(); };"
ONE_MEANING_IN_CXX = [
    ("class A {public: int x; int get();};", "class A {int x; public: int get() const; int set(int);};"),
    ("class A { public: virtual ~A(); int x; };", "class A { public: A(int); virtual ~A(); int x = 3; };"),
    ("namespace n { int f(int a); }", "namespace n { int f(int); int f(long); }"),
    ("int f(int);", "int f(int); int f(long);"),
    ("class A { public: virtual void f(int a) const = 0; };", "class A { public: virtual void f(int b) const; };"),
    ("struct A { static const int n = 0x10; };", "struct A { static constexpr int n = 16; };"),
    (
        "template <class T> struct V { T *a; int n; };",
        "template <class T> struct V { T* a; int n; int size() const { return n; } };",
    ),
    (
        "class A { void f() { if (x) { y(); } } void y(); int x; };",
        "class A { void f() { if (x) { y(); y(); } } void y(); int x; };",
    ),
    ("struct A { A() : x{1} {} int x; int y; };", "struct A { A() : x(1) { } int x; int y; };"),
    ("#include <vector>\nstruct A { std::vector<int> v; };", "#include <vector>\nstruct A { std::vector<int> v{}; };"),
    ("struct B {}; struct A : public B { int x; };", "struct B {}; struct A : B { int x; };"),
    (
        "struct B { virtual void f(); }; struct A : B { int x; };",
        "struct B { virtual void f(); }; struct A : B { void f() override; int x; };",
    ),
    ('extern "C" { int f(const int *p); }', 'extern "C" int f(int const *);'),
    ("using X = int; int f(int);", "int f(int);"),
    (
        "struct A { bool operator==(const A&o) const { return x==o.x; } int x; };",
        "struct A { bool operator==(const A&) const; int x; };",
    ),
    (
        "struct A { A& operator+=(const A& o) { x += o.x; return *this; } int x; };",
        "struct A { A& operator-=(const A& o) { x -= o.x; return *this; } int x; };",
    ),
    ("struct A { operator bool() const; int x; };", "struct A { int x; };"),
    ("class A { enum { N = 4 }; int x[N]; };", "class A { int x[4]; };"),
    ("struct A { template <class T> void f(T t) { t(); } int x; };", "struct A { int x; };"),
    ("struct A { friend class B; int x; };", "struct A { int x; };"),
    ("auto f() -> int;", "int f();"),
    ("struct A; int A::*p(void);", "struct A; int A::*p();"),
    ("namespace a { namespace b { struct S { int x; }; } }", "namespace a::b { struct S { int x; }; }"),
    ("inline namespace v1 { struct S { int x; }; }", "inline namespace v1 { struct S { signed x; }; }"),
    ('extern "C" { int f(const int *p); }', 'extern "C" int f(int *);'),
    ("struct t { char *a; };", "struct t { const char *a; };"),
    ("char *f();", "const char *f();"),
    # A function has the place of that of the first base, whichever of its bases that is.
    (
        f"{TWO} struct C : A, B {{ virtual void c(); }};",
        f"{TWO} struct C : A, B {{ void a() override; virtual void c(); }};",
    ),
    (f"{TWO} struct C : A {{ virtual void c(); }};", f"{TWO} struct C : A {{ void a() override; virtual void c(); }};"),
    (
        f"{TWO} struct D : A, B {{ }}; struct C : D {{ int c; }};",
        f"{TWO} struct D : A, B {{ }}; struct C : D {{ void a() override; int c; }};",
    ),
    (
        "template <class T> struct A { virtual void a(); }; struct C : A<int> { int c; };",
        "template <class T> struct A { virtual void a(); }; struct C : A<int> { void a() override; int c; };",
    ),
]
ANOTHER_MEANING_IN_CXX = [
    (
        "class A { public: virtual void f(); int x; };",
        "class A { public: virtual void f(); virtual void g(); int x; };",
    ),
    (
        "class A { public: virtual void f(); virtual void g(); };",
        "class A { public: virtual void g(); virtual void f(); };",
    ),
    ("class A { public: void f(); int x; };", "class A { public: virtual void f(); int x; };"),
    ("class A { int x; };", "class A { int x; int y; };"),
    ("class A { int x; };", "class A { A(const A&); int x; };"),
    ("class A { int x; };", "class A { ~A(); int x; };"),
    ("class A { ~A(); int x; };", "class A { virtual ~A(); int x; };"),
    ("struct B { int y; }; struct A : public B { int x; };", "struct B { int y; }; struct A : virtual B { int x; };"),
    ("struct B {}; struct C {}; struct A : B { int x; };", "struct B {}; struct C {}; struct A : C { int x; };"),
    ("struct A { static const int n = 0x10; };", "struct A { static constexpr int n = 17; };"),
    ("constexpr int N = 3;", "constexpr int N = 4;"),
    ("template <class T> struct V { T *a; int n; };", "template <class T> struct V { T *a; long n; };"),
    ("template <class T> struct V { T *a; int n; };", "template <class T> struct V { int n; T *a; };"),
    ("namespace n { int f(int); }", "namespace n { long f(int); }"),
    ("enum class E : unsigned char { A, B };", "enum class E : int { A, B };"),
    ("namespace n { struct S { int x; }; }", "namespace n { struct S { long x; }; }"),
    ("struct S { struct I { int x; } i; };", "struct S { struct I { long x; } i; };"),
    ("#include <vector>\nstruct A { std::vector<int> v; };", "#include <vector>\nstruct A { std::vector<long> v; };"),
    ("class A { public: virtual void f(int); };", "class A { public: virtual void f(long); };"),
    ("struct A { int &r; };", "struct A { int r; };"),
    ("template <class T> struct V; V<int *> f();", "template <class T> struct V; V<const int *> f();"),
    # What is in the stead of a function of another base has a place of its own.
    (
        f"{TWO} struct C : A, B {{ virtual void c(); }};",
        f"{TWO} struct C : A, B {{ void b() override; virtual void c(); }};",
    ),
    (
        f"{TWO} struct C : A, B {{ void b() override; void d() override; }};",
        f"{TWO} struct C : A, B {{ void d() override; void b() override; }};",
    ),
    (
        f"{TWO} struct C : A, virtual B {{ virtual void c(); }};",
        f"{TWO} struct C : A, virtual B {{ void b() override; virtual void c(); }};",
    ),
    (
        f"{TWO} struct D : A, B {{ }}; struct C : D {{ int c; }};",
        f"{TWO} struct D : A, B {{ }}; struct C : D {{ void b() override; int c; }};",
    ),
]

# Each is another thing, by these names; back again it is so too.
NAMED_IN_C = [
    (
        '#ifdef __cplusplus\nextern "C"\n#endif\nint f(int);\n#ifdef __cplusplus\nstruct s { int a; };\n#endif',
        '#ifdef __cplusplus\nextern "C"\n#endif\nint f(int);\n#ifdef __cplusplus\nstruct s { long a; };\n#endif',
        ["struct s"],
    ),
    ("struct s { int private; int class; };", "struct s { int private; long class; };", ["struct s"]),
    (
        "struct s { int public; }; int new(struct s *this);",
        "struct s { int public; }; long new(struct s *this);",
        ["new()"],
    ),
    ('#line 1 "/usr/include/stdio.h"\nint f(int);', '#line 1 "/usr/include/stdio.h"\nint f(long);', ["f()"]),
    ('int f(int) __asm__("f1");', 'int f(int) __asm__("f2");', ["f()"]),
    ('extern int v __asm__("v1");', 'extern int v __asm__("v2");', ["v"]),
    ("int toy_n;", "long toy_n;", ["toy_n"]),
    ("int toy_n[4];", "int toy_n[8];", ["toy_n"]),
    (
        "struct s { unsigned a : 3; char b; } __attribute__((ms_struct));",
        "struct s { unsigned a : 3; char b; };",
        ["struct s"],
    ),
    ("typedef int t;", "typedef struct { int a; } t;", ["typedef t"]),
    ("union u { int a; char b; };", "struct u { int a; char b; };", ["union u"]),
    ("int f(int (*g)(int));", "int f(int (*g)(long));", ["f()"]),
    ("int f(va_list);", "int f(va_list, int);", []),
    ("#include <stdarg.h>\nint f(va_list);", "#include <stdarg.h>\nint f(va_list, int);", ["f()"]),
    ("extern struct { int a; } v;", "extern struct { long a; } v;", ["v"]),
    ("#define N (1 ? 2 : 3)\n", "#define N (0 ? 2 : 3)\n", ["N"]),
    ("#define N sizeof(int)\n", "#define N sizeof(char)\n", ["N"]),
    ("#define N '\\x41'\n", "#define N '\\x42'\n", ["N"]),
    ("#define N 1.5\n", "#define N 2.5f\n", ["N"]),
    ("#define N -1.5e3\n", "#define N -1.5e4\n", ["N"]),
    ("#include <stdint.h>\n#define N UINT64_C(5)\n", "#include <stdint.h>\n#define N UINT64_C(6)\n", ["N"]),
    ("#define N UINT64_C(5)\n", "#define N UINT64_C(6)\n", ["N"]),
    ("#define BIT(n) (1u << (n))\n#define N BIT(3)\n", "#define BIT(n) (1u << (n))\n#define N BIT(4)\n", ["N"]),
    ("#define BIT(n) (1u << (n))\n#define N BIT(3)\n", "#define BIT(n) (2u << (n))\n#define N BIT(3)\n", ["N"]),
    ("#define N true\n", "#define N false\n", ["N"]),
    ("#include <stdbool.h>\n#define N true\n", "#include <stdbool.h>\n#define N false\n", ["N"]),
    ('#define N ("a" "b")\n', '#define N "ac"\n', ["N"]),
    ("#define TOY_PATCH_SIZE 16\n", "#define TOY_PATCH_SIZE 32\n", ["TOY_PATCH_SIZE"]),
    ("#define TOY_ROW_MAJOR 101\n", "#define TOY_ROW_MAJOR 102\n", ["TOY_ROW_MAJOR"]),
    ("#define TOY_RELEASE_LOCK 1\n", "#define TOY_RELEASE_LOCK 2\n", ["TOY_RELEASE_LOCK"]),
    ("#define BAD {\n#define N 1\n", "#define BAD {\n#define N 2\n", ["N"]),
    ("#define OPEN (\n#define N 1\n", "#define OPEN (\n#define N 2\n", ["N"]),
    ("static const double N = 1.5;", "static const double N = 2.5;", ["N"]),
    ("static const unsigned N = ~0u;", "static const unsigned N = ~1u;", ["N"]),
    ("#define N 1 /* one */ + /* two */ 1\n", "#define N 1 /* one */ + /* two */ 2\n", ["N"]),
    ("#define N 1 + \\\n 1\n", "#define N 1 + \\\n 2\n", ["N"]),
    ("enum e { A = 1 };", "enum e { A = 2 };", ["enum e"]),
    ("struct s { enum { A, B } x; };", "struct s { enum { B, A } x; };", ["struct s", "A", "B"]),
    # A constant may be a member of an enumeration with a name, of one without, or a macro: it has one value.
    ("enum { A = 1, B };", "enum t { A, B };", ["A", "B"]),
    ("enum t { A = 1, B };", "enum { A, B };", ["A", "B"]),
    ("#define A 1\n", "enum t { A = 2 };", ["A"]),
    ("enum t { A = 2 };", "#define A 1\n", ["A"]),
    ("enum t { A, B };", "enum u { B, A };", ["A", "B"]),
    ("typedef enum { A, B } t;", "enum u { B, A };", ["A", "B"]),
    ('static const char n[] = "a";', 'static const char n[] = "b";', ["n"]),
    # What looks like a guard, and is a value.
    ("#ifndef N\n#define N 16\n#endif\n", "#ifndef N\n#define N 32\n#endif\n", ["N"]),
    ("#ifndef N\n#define N 1\n#endif\n", "#ifndef N\n#define N 2\n#endif\n", ["N"]),
    ("#ifndef N\n#define N 2\nint f(void);\n#endif\n", "#ifndef N\n#define N 1\nint f(void);\n#endif\n", ["N"]),
    ("#ifndef TOY_INC\n#define TOY_INC 1\n#endif\n", "#ifndef TOY_INC\n#define TOY_INC 2\n#endif\n", ["TOY_INC"]),
    (
        "#ifndef TOY_H\n#define TOY_H 1\n#define TOY_AREA (4 * TOY_H)\n#endif\n",
        "#ifndef TOY_H\n#define TOY_H 2\n#define TOY_AREA (4 * TOY_H)\n#endif\n",
        ["TOY_H", "TOY_AREA"],
    ),
    # What the parser knows and its binding has no name for is spelled as it is.
    (
        "struct s { _Float16 a; short b; }; int f(int);",
        "struct s { _Float16 a, b; }; int f(long);",
        ["struct s", "f()"],
    ),
    ("_Float16 f(_Float16 a);", "_Float16 f(float a);", ["f()"]),
    # Nothing in a text is part of an expression.
    *(
        (f'#define S "{old}"\n', f'#define S "{new}"\n', ["S"])
        for old, new in [("a;b", "a;c"), ("x{1}", "x{2}"), ("#1", "#2"), ("extern a", "extern b"), ("[", "]")]
    ),
    ("#define N '{'\n", "#define N '}'\n", ["N"]),
    # What is behind a macro that is no expression.
    *(
        (f"#define BAD {bad}\n#define N 1\n", f"#define BAD {bad}\n#define N 2\n", ["N"])
        for bad in ("[", "]", ")", "<%", "%>", "<:", ")(", "([)]")
    ),
    (
        "#define a { 1 }\n#define M(a) (a)\n#define N M(1)\n",
        "#define a { 1 }\n#define M(a) (a)\n#define N M(2)\n",
        ["N"],
    ),
]
NAMED_IN_CXX = [
    ("class A { public: int f(int); };", "class A { public: long f(int); };", ["A::f(int)"]),
    ("struct A { static int n; };", "struct A { static long n; };", ["A::n"]),
    ("struct A { static int f(); };", "struct A { int f(); };", ["A::f()"]),
    ("using T = int;", "using T = long;", ["typedef T"]),
    ("template <class T> using V = T *;", "template <class T> using V = T **;", ["typedef V"]),
    ("namespace n { using T = int (*)(int); }", "namespace n { using T = int (*)(long); }", ["typedef n::T"]),
    ("struct A { int a; };", "class A { long a; };", ["struct A"]),
    ("struct A { operator int() const; };", "struct A { operator long() const; };", ["A::operator int()"]),
    ("struct A { A() = default; int a; };", "struct A { A() = default; A(const A &) = delete; int a; };", ["struct A"]),
    ("struct A { int a; };", "struct A { A(A &&); A(const A &) = default; int a; };", ["struct A"]),
    (
        "struct B { int b; }; struct A { B b; };",
        "struct B { ~B(); int b; }; struct A { B b; };",
        ["struct B", "struct A"],
    ),
    ('const char *const N = R"(a;{")";', 'const char *const N = R"(b;{")";', ["N"]),
    ('#define N R"(a " b)"\n', '#define N R"(a " c)"\n', ["N"]),
    ("template <class T> T f(T);", "template <class T> long f(T);", ["f(type-parameter-0-0)"]),
    (
        "template <class T> T f(T a) { return a; }",
        "template <class T> long f(T a) { return a; }",
        ["f(type-parameter-0-0)"],
    ),
    ("inline int f(int a) { return a; }", "inline long f(int a) { return a; }", ["f(int)"]),
    ("constexpr int N{5};", "constexpr int N{6};", ["N"]),
    ("constexpr bool N = true;", "constexpr bool N = false;", ["N"]),
    ("constexpr auto N = sizeof(int);", "constexpr auto N = sizeof(char);", ["N"]),
    ("struct A { static constexpr int n{5}; };", "struct A { static constexpr int n{6}; };", ["A::n"]),
    ("constexpr double N = 0.5;", "constexpr double N = 0.25;", ["N"]),
    ("inline constexpr char N = '\\x41';", "inline constexpr char N = '\\x42';", ["N"]),
    ("int toy_n;", "long toy_n;", ["toy_n"]),
    (
        "template <class T> class V { T a; void f(); };",
        "template <class T> class V { T a, b; void f(); };",
        ["class V"],
    ),
    (
        "template <class T> struct V; template <> struct V<int> { int a; };",
        "template <class T> struct V; template <> struct V<int> { long a; };",
        ["struct V<int>"],
    ),
    (
        "template <class T> struct V; template <class T> struct V<T *> { int a; };",
        "template <class T> struct V; template <class U> struct V<U *> { long a; };",
        ["class V<type-parameter-0-0 *>"],
    ),
    (
        "template <class T, int N> struct V { T a[N]; };",
        "template <class T, int N> struct V { T a[N + 1]; };",
        ["class V"],
    ),
    (
        "template <class T> struct V { long f(T); };",
        "template <class T> struct V { int f(T); };",
        ["V::f(type-parameter-0-0)"],
    ),
    (
        "namespace n { struct s { int a; }; } using n::s;",
        "namespace n { struct s { long a; }; } using n::s;",
        ["struct n::s"],
    ),
    ("thread_local extern int v;", "extern int v;", ["v"]),
    # A template that derives from itself.
    (
        "template <int N> struct A : A<N - 1> { virtual void f(); int a; }; struct B { int b; };",
        "template <int N> struct A : A<N - 1> { virtual void f(); long a; }; struct B { long b; };",
        ["class A", "struct B"],
    ),
    (
        "template <int N, int... R> struct A : A<N / 10, R...> { int a; }; template <int N> struct A<0, N> { int b; };",
        "template <int N, int... R> struct A : A<N / 10, R...> { int a; }; template <int N> struct A<0, N> { long b; };",
        ["class A<0, $>"],
    ),
    # What only a class declares is found by what it is given.
    ("struct A { friend int f(A &); };", "struct A { friend long f(A &); };", ["f(A &)"]),
    (
        "namespace n { struct A { template <class T> friend int f(A &, T); }; }",
        "namespace n { struct A { template <class T> friend long f(A &, T); }; }",
        ["n::f(n::A &, type-parameter-0-0)"],
    ),
    (
        "template <class T> struct A { friend int f(A &) { return 1; } };",
        "template <class T> struct A { friend long f(A &) { return 1; } };",
        ["f(A<T> &)"],
    ),
    (
        "namespace n { template <class T> int f(T); } template <class T> int n::f(T) { return 1; }",
        "namespace n { template <class T> long f(T); } template <class T> long n::f(T) { return 1; }",
        ["n::f(type-parameter-0-0)"],
    ),
    ("namespace { enum class e { A = 1 }; }", "namespace { enum class e { A = 2 }; }", ["e::A"]),
    ("struct A { int f() noexcept; };", "struct A { long f() noexcept; };", ["A::f()"]),
    ("struct A { int a; virtual void f(); };", "struct A { int a; virtual void f(); virtual ~A(); };", ["struct A"]),
    (
        "struct B { virtual void f(); }; struct A : B { int x; };",
        "struct B { virtual void f(); }; struct A : B { virtual void g(); int x; };",
        ["struct A"],
    ),
    ("enum class e : unsigned { A };", "enum class e : int { A };", ["enum e"]),
    ("struct s { enum t { A, B }; };", "struct s { enum u { B, A }; };", ["s::A", "s::B"]),
    ("namespace n { enum { A = 1 }; }", "namespace n { enum t { A }; }", ["n::A"]),
    ('#define S R"x(a;{)x"\n', '#define S R"x(b;{)x"\n', ["S"]),
    (
        "namespace { } struct A { struct { int a; } b; };",
        "namespace { } struct A { struct { long a; } b; };",
        ["struct A"],
    ),
]
SILENT_IN_C = [
    ("#include <stddef.h>\nint f(size_t);", "int f(unsigned long);"),
    ("#include <stdint.h>\nint f(uint32_t);", "int f(unsigned);"),
    ("#define N ~0u\n", "#define N 0xffffffffu\n"),
    ("#define N ~0u\n", "#define N 4294967295u\n"),
    ("struct s { int a; char d[]; };", "struct s { int a; char d[0]; };"),
    ("typedef struct s s; struct s { s *next; };", "struct s { struct s *next; }; typedef struct s s;"),
    ("struct s { int a; };", "struct __attribute__((deprecated)) s { int a; };"),
    ("int f(int a);", 'int f(int a) __attribute__((deprecated("no more")));'),
    ("#define N 1\n", "#define N (sizeof(char))\n"),
    ("#define TOY_MAJOR 1\n#define TOY_MINOR 0\n", "#define TOY_MAJOR 1\n#define TOY_MINOR 1\n"),
    ('#define TOY_VERSION_STRING "1.0"\n', '#define TOY_VERSION_STRING "1.1"\n'),
    (
        "#define TOY_MAJOR_VERSION 1\n#define TOY_API TOY_MAJOR_VERSION\n",
        "#define TOY_MAJOR_VERSION 2\n#define TOY_API TOY_MAJOR_VERSION\n",
    ),
    (
        "#ifndef TOY_H\n#define TOY_H 1\nint f(void);\n#endif\n",
        "#ifndef TOY_H\n#define TOY_H 2\nint f(void);\n#endif\n",
    ),
    (
        "#pragma pack(push, 1)\nstruct s { char a; int b; };\n#pragma pack(pop)\n",
        "struct s { char a; int b; } __attribute__((packed));",
    ),
    ("static int hidden = 3;", "static long hidden = 4;"),
    (
        '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(int);\n#ifdef __cplusplus\n}\n#endif\n',
        '#ifdef __cplusplus\nextern "C"\n#endif\nint f(int);\n',
    ),
    (
        '#ifdef __cplusplus\nextern "C" {\n#endif\nstruct s { int a; };\n#ifdef __cplusplus\n}\n#endif\n',
        "struct s { int a; };",
    ),
    ("enum { A, B };", "enum t { A, B };"),
    ("enum t { A, B };", "enum u { A, B, C };"),
    ("#define A 1\n", "enum t { A = 1 };"),
    # What is another value in each place, or each time.
    *(
        (f"#define W {word}\n#define V W\n", f"\n\n#define W {word}\n#define V W\n")
        for word in ("__FILE__", "__LINE__", "(__COUNTER__)", "__TIME__", "__DATE__", '"a" __FILE__')
    ),
    ("static const char *const w = __FILE__;", "\nstatic const char *const w = __FILE__;"),
]
SILENT_IN_CXX = [
    ("struct A { friend int f(A &); };", "struct A { friend int f(A &); friend class B; }; int f(A &);"),
    ("namespace { struct s { int a; }; int f(s); }", "namespace { struct s { long a; }; long f(s); }"),
    ("struct s { enum t { A, B }; };", "struct s { enum u { A, B }; };"),
    ("int f(int a = 1);", "int f(int a = 2);"),
    ("struct A { int f(int a = 1); };", "struct A { [[deprecated]] int f(int b = 2); };"),
    ('extern "C" int f(int); extern "C" int g(int);', 'extern "C" { int g(int); int f(int); }'),
    ("template <class T> T f(T a);", "template <typename U> U f(U b);"),
    ("template <class T, int N> struct V { T a[N]; };", "template <typename U, int M> struct V { U a[M]; };"),
    (
        "class A { A(const A &); A &operator=(const A &); int a; };",
        "class A { A(const A &) = delete; A &operator=(const A &) = delete; int a; };",
    ),
    ("struct A { int a; };", "class A { int a; };"),
    ("using T = int;", "typedef int T;"),
    (
        "struct A { virtual ~A(); int a; };",
        "struct A { virtual ~A(); int a; int f(); static int g(); template <class T> T h(); using X = int; };",
    ),
    ("void f() noexcept;", "void f();"),
    ("struct A { struct { int a; } b; };", "// moved down\n\nstruct A {\n  struct { int a; } b;\n};"),
    ("template <class T> struct V { void f() { T(); } };", "template <class T> struct V { void f() { T(); T(); } };"),
    ("struct A { A(); int a, b; };", "struct A { A(); A(int); int a; int b; };"),
]


def sides(pairs: list[tuple[str, str]], suffix: str) -> list[tuple[ParsedHeaders, ParsedHeaders]]:
    """Read all old texts at once, and all new ones; each pair is a release of its own."""
    command = headers.compiler()
    assert command
    texts = [{f"toy/include/row{i}.{suffix}": pair[side].encode() for i, pair in enumerate(pairs)} for side in (0, 1)]
    read = [headers.read(some) for some in texts]
    return [
        comparable_parts(
            *(
                ParsedHeaders(
                    {key: one for key, one in side.readings.items() if key[0] == place}, side.of_both & {place}
                )
                for side in read
            )
        )
        for place in texts[0]
    ]


def changed(old: ParsedHeaders, new: ParsedHeaders) -> list[str]:
    known = constants(old)
    return [one.old.name for one in changes(old, new)] + [
        one.old.name for one in changes(old, new, *CONSTANTS) if one.old.name in known
    ]


def table(pairs: list[tuple[str, str]], suffix: str, *, both_ways: bool = True) -> dict[str, list[str]]:
    """What is told of each pair."""
    found = {f"{old} -> {new}": changed(*side) for (old, new), side in zip(pairs, sides(pairs, suffix), strict=True)}
    if both_ways:
        found |= table([(new, old) for old, new in pairs], suffix, both_ways=False)
    return found


@pytest.mark.parametrize(("pairs", "suffix"), [(ONE_MEANING_IN_C, "h"), (ONE_MEANING_IN_CXX, "hpp")])
def test_one_meaning(pairs: list[tuple[str, str]], suffix: str) -> None:
    assert {row: names for row, names in table(pairs, suffix).items() if names} == {}


@pytest.mark.parametrize(("pairs", "suffix"), [(ANOTHER_MEANING_IN_C, "h"), (ANOTHER_MEANING_IN_CXX, "hpp")])
def test_another_meaning(pairs: list[tuple[str, str]], suffix: str) -> None:
    assert {row for row, names in table(pairs, suffix, both_ways=False).items() if not names} == set()


def named(rows: list[tuple[str, str, list[str]]], suffix: str) -> dict[str, list[str]]:
    return table([(old, new) for old, new, _ in rows], suffix, both_ways=False)


@pytest.mark.parametrize(("rows", "suffix"), [(NAMED_IN_C, "h"), (NAMED_IN_CXX, "hpp")])
def test_what_is_told(rows: list[tuple[str, str, list[str]]], suffix: str) -> None:
    wanted = {f"{old} -> {new}": names for old, new, names in rows}
    found = named(rows, suffix)
    assert {row: names for row, names in found.items() if wanted[row] != names} == {}


@pytest.mark.parametrize(("pairs", "suffix"), [(SILENT_IN_C, "h"), (SILENT_IN_CXX, "hpp")])
def test_what_is_not_told(pairs: list[tuple[str, str]], suffix: str) -> None:
    assert {row: names for row, names in table(pairs, suffix).items() if names} == {}
