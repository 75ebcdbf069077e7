# peer: cpython
# exit: 1
# traceback: full
import sys

print("before")
sys.exit("the reason, on stderr")
