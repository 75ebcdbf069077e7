# peer: cpython
# exit: 1
# traceback: full
text = "no end
print(text)
