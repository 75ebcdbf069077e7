# peer: cpython
# args: alpha 12 --flag=3
# __name__, sys.argv and the usual last lines of a script.
import sys


def main(arguments, count):
    print(arguments, count)
    return 0


print(__name__, len(sys.argv), sys.argv[1], int(sys.argv[2]) + 1, sys.argv[-1])
if __name__ == "__main__":
    main(sys.argv[1], len(sys.argv) - 1)
