# peer: cpython
# exit: 1
# traceback: full


def mean(total, count):
    return total / count


def report(values):
    s = 0
    for v in values:
        s += v
    return mean(s, len(values))


print(report((1, 2, 3)))
print(report(()))
