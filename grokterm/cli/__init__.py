"""The command line: registers, parses, prints. Data goes to standard output, everything else to standard error.

Command modules import the layers below inside their functions: `grokterm --help` and a mistyped option answer at
once, without Arrow, pydantic or scipy.
"""
