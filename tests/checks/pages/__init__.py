"""The checker's manual as data: for each check a module of this folder, under its name.

A module has ``SETTINGS``, the policy's keys that the check goes by, and ``CASES``; and
``NO_ATTACK`` where its findings are told without an attack in numbers: the reason. They are
run as tests, and printed into docs/checks by ``make manual``.
"""
