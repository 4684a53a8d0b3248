"""The language's manual: small tables in, answers out, the same on every engine.

Each chapter is a folder, each section a file, each rule one test. A rule's sentence is
the test's name; its docstring says why it is so, or what it saves people from.
"""
