# peer: cpython
# exit: 1
# traceback: full
größe = 0
text = "äöü" + str(1 // größe) + "é"
