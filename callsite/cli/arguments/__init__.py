"""What each command takes: a module a command, whose docstring is its help. The rest of a command is in `callsite.cli`.

`add_arguments` is all that is needed to show a command's help, or to say what is wrong with a call; so nothing here
imports more than the standard library's parser.
"""
