"""The agent's own page on this computer: the same sentence as `status`, what was sent, and buttons to pause.

doors   the server: who may ask, and what is answered
facts   what is shown
html    how it is shown
"""
