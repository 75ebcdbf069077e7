# peer: cpython
import sys

print("before")
if len(sys.argv) == 1:
    sys.exit()
print("never")
