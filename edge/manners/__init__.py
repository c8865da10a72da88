"""When the agent may begin to train: the artist's hours, her battery, her network, her programs, her hands.

schedule  weekly hours
probes    what this computer tells, each through one small function; None is an honest "unknown"
linux, elsewhere  where the answers come from
hold      why it waits, in a sentence, and until when
dry       the first steps of a training, measured before a round is joined
"""
