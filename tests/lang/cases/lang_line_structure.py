# peer: cpython
# Lines: continuation, semicolons, comments, docstrings, indentation of any width.
"""A string statement."""
import math; x = 1; y = 2
if x: print("one line"); print("two statements")
for i in range(3): print(i, end=" ")
print()
total = 1 + \
    2 + \
    3
print(total)
value = (1 +
         2 *  # a comment inside
         3

         - 4)
print(value)
print("a",
      "b",
      sep="",
      )


def f(
    a,
    b=2,  # trailing comma below
    *,
    c=3,
):
    # only a comment

    "doc"
    if a:
          # deeper comment
          b += 1
          if b:
           c += 1
    return a + b + c
    # a last comment


def g(): return 5


def h():
	if True:
		return 6


print(f(1), f(0, c=1), g(), h())
while x < 3: x += 1
else: print("else", x)
class_ = 1; print(class_); del class_
if x == 3:

    # blank lines and comments

    print("after blanks")

elif x: pass
else: pass
t = 1,
u = 1, 2,
print(t, u, (3), (4,))
print(math.floor(2.5))
