"""The connected folder: looked into, never left, never written to, never sent.

inside    opens files of one folder and nothing else
captions  whose words belong to which picture
marks     do-not-train marks in a file
likeness  pictures that look alike
scan      one look at the whole folder: the works, and what was left out, each with its reason
watch     what came and went since the last look
claims    "this marked picture is mine", said by the artist
words     all of it in sentences
"""
