# peer: cpython
# f-strings and their format specifications.

n = 42
m = -7
x = 3.14159265
name = "pyvm"

print(f"{n} {x} {name} {None} {True} {(1, 'a')}")
print(f"{n + 1} {n * 2 - m} {x / 2} {'q' + name} {n if n > m else m}")
print(f"{n=} {x=} {name=} {n + m = }")
print(f"{name!r} {name!s} {n!r} {'é'!a}")
print(f"[{n:5}] [{n:<5}] [{n:>5}] [{n:^5}] [{n:05}] [{n:+}] [{m:+}] [{n: }] [{m:=6}] [{n:*^9}]")
print(f"[{n:x}] [{n:X}] [{n:o}] [{n:b}] [{n:#x}] [{n:#b}] [{n:08b}] [{n:d}] [{n:c}] [{n:e}] [{n:.1f}]")
print(f"[{1234567:,}] [{1234567:_}] [{-1234567:,}] [{1234567.891:,.2f}] [{0:,}] [{12:,}]")
print(f"[{x:f}] [{x:.2f}] [{x:10.3f}] [{x:<10.3f}] [{x:+.1f}] [{x:010.2f}] [{x:.0f}] [{2.5:.0f}] [{3.5:.0f}]")
print(f"[{x:e}] [{x:.3e}] [{x:E}] [{x:g}] [{x:.3g}] [{1e10:g}] [{1e-10:g}] [{123456789.0:g}] [{100000.0:g}] [{1e6:g}]")
print(f"[{x:%}] [{0.25:.1%}] [{1:%}]")
print(f"[{0.0:f}] [{-0.0:f}] [{-0.0}] [{float('nan'):f}] [{float('inf'):.2f}] [{float('-inf'):8}]")
print(f"[{name:10}] [{name:>10}] [{name:^10}] [{name:.2}] [{name:*<8.3}] [{'':5}]")
print(f"[{True:5}] [{True}] [{False:d}] [{None}]")
width = 8
precision = 3
print(f"[{x:{width}.{precision}f}] [{n:{width}}] [{name:>{width}}]")
print(f"{{}} {{{n}}} }}{{")
print(f"{'nested ' + f'{n:>4}'}")
print(f"a" "b" f"{n}" "{c}")
print(f"""{n}
{m}""")
for i in range(3):
    print(f"{i:>2}: {i * i:>4} {1 / (i + 1):.4f}")
print(f"{1e16} {1e15} {0.1} {1 / 3} {1e-5} {123456789.123}")
print(f"{x:.10} {x:5.3} {100.0:.1} {0.0001234:.2}")
print(f"{9223372036854775807:,} {-9223372036854775807:x}")
