# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a 'match' statement is not supported
x = 1
match x:
    case 1:
        pass
