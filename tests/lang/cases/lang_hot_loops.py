# peer: cpython
# Plain functions whose loops become hot: not njit, Python's own numbers.


def primes_below(n):
    count = 0
    for i in range(2, n):
        d = 2
        while d * d <= i:
            if i % d == 0:
                break
            d += 1
        else:
            count += 1
    return count


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def collatz(limit):
    best = 0
    longest = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            if n & 1:
                n = 3 * n + 1
            else:
                n >>= 1
            steps += 1
        if steps > longest:
            best = start
            longest = steps
    return best, longest


def logistic(n):
    x = 0.3
    s = 0.0
    for i in range(n):
        x = 3.9 * x * (1 - x)
        s += x
    return x, s


def int_then_float(n):
    s = 0
    for i in range(n):
        if i == n // 2:
            s = s + 0.5
        s += i
    return s


def checksum(n):
    h = 17
    for i in range(n):
        h = (h * 31 + i) % 1000003
        h ^= i << 3
    return h


print(primes_below(2000))
total = 0
for a in range(1, 60):
    for b in range(1, 60):
        total += gcd(a, b)
print(total)
print(collatz(700), logistic(3000), int_then_float(1001), checksum(5000))

i = 0
while True:
    i += 1
    if i % 2 == 0:
        continue
    if i > 2500:
        break
print(i)
