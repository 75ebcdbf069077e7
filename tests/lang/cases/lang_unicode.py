# peer: cpython
# Identifiers in any alphabet; strings beyond the first plane.

größe = 3
π = 3.14159
变量 = 7
ñandú = größe * 2
Δx = 0.5
_ = 1
__dunder__ = 2
ﬁ = 4


def площадь(радиус, *, маштаб=1):
    return π * радиус**2 * маштаб


print(größe, 变量, ñandú, Δx, _ + __dunder__, fi)
print(площадь(2), площадь(1, маштаб=2))
for каждый in "αβγ":
    print(каждый, end=" ")
print("日本語", len("日本語"), f"{größe}°", "🎉" * 2, f"{'é':>4}|{'日本':<6}|")
