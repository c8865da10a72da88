"""The agent as a service of the artist's own account: from sign-in to sign-out, no administrator.

plan      what would be written and run, as data
systemd   Linux: a user unit
launchd   macOS: a launch agent
windows   Windows: a task of the Task Scheduler
"""
